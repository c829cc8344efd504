using System.Text.RegularExpressions;
using Npgsql;

namespace Granary.Stores;

/// <summary>
/// Where a database is: a URL <c>postgres://user@host:port/database?setting=value</c> or a connection string of Npgsql.
/// What it leaves out comes from PGPASSWORD, PGPASSFILE and the like.
/// </summary>
public sealed partial class PostgresAddress
{
    /// <summary>The tables are in a schema of their own, beside whatever else the database has.</summary>
    public const string SchemaDefault = "granary";

    private const int PortDefault = 5432;
    private const int ConnectionsDefault = 12;

    private readonly NpgsqlConnectionStringBuilder _settings;

    private PostgresAddress(NpgsqlConnectionStringBuilder settings, string schema)
    {
        _settings = settings;
        Schema = schema;
    }

    /// <summary>The schema that holds the tables: the first of the search path when one is given.</summary>
    public string Schema { get; }

    /// <summary>True when the text itself holds a password, which others on the machine may see.</summary>
    public bool HasPassword => _settings.Password is not null;

    public string Host => _settings.Host!;

    /// <summary>Says whether a text looks like the address of a database at all.</summary>
    public static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">It is neither; says what is wrong. Never shows a password.</exception>
    public static PostgresAddress Parse(string text)
    {
        NpgsqlConnectionStringBuilder settings = IsUrl(text) ? OfUrl(text) : OfSettings(text);
        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new FormatException(
                "The PostgreSQL address names no host; use for example postgres://granary@localhost/granary.");
        }
        string schema = (settings.SearchPath ?? "").Split(',')[0].Trim().Trim('"');
        schema = schema.Length == 0 ? SchemaDefault : schema;
        if (!SchemaName().IsMatch(schema))
        {
            throw new FormatException(
                $"The PostgreSQL address names the schema '{schema}'; use 1 to 63 of a-z 0-9 _, beginning with a"
                + " letter.");
        }
        return new PostgresAddress(settings, schema);
    }

    /// <summary>Where it is, without secrets: <c>granary@localhost:5432/granary</c>.</summary>
    public override string ToString()
    {
        string user = string.IsNullOrEmpty(_settings.Username) ? "" : _settings.Username + "@";
        string port = _settings.Port == PortDefault ? "" : FormattableString.Invariant($":{_settings.Port}");
        string schema = Schema == SchemaDefault ? "" : $" (schema {Schema})";
        return $"{user}{_settings.Host}{port}/{_settings.Database ?? _settings.Username}{schema}";
    }

    /// <summary>The connection string with what the store relies on. May hold a password.</summary>
    public string ToConnectionString()
    {
        NpgsqlConnectionStringBuilder whole = new(_settings.ConnectionString)
        {
            SearchPath = Schema, NoResetOnClose = true, MaxAutoPrepare = 100, AutoPrepareMinUsages = 2,
            Enlist = false, IncludeErrorDetail = false, TcpKeepAlive = true,
        };
        if (!_settings.ContainsKey("Maximum Pool Size") && !_settings.ContainsKey("Max Pool Size"))
        {
            whole.MaxPoolSize = ConnectionsDefault;
        }
        if (string.IsNullOrEmpty(_settings.ApplicationName))
        {
            whole.ApplicationName = FormattableString.Invariant(
                $"granary {Environment.MachineName} {Environment.ProcessId}");
        }
        // An acknowledged append is on disk, whatever the server's default. All statements look rows up by index, in
        // numbers that a planner cannot guess from an array; a plan made when tables were empty must stay good.
        whole.Options = (_settings.Options + " -c synchronous_commit=on"
            + " -c default_transaction_isolation=read\\ committed"
            + " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off"
            + " -c enable_mergejoin=off -c jit=off -c work_mem=32MB").Trim();
        return whole.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder OfSettings(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            // The message names the setting, never its value's neighbours; still, only our own words are safe to show.
            throw new FormatException(
                "The PostgreSQL address is no connection string; use for example"
                + " postgres://granary@localhost/granary or 'Host=localhost;Username=granary;Database=granary'.");
        }
    }

    private static NpgsqlConnectionStringBuilder OfUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
        {
            throw new FormatException(
                "The PostgreSQL address is no URL; use for example postgres://granary@localhost:5432/granary.");
        }
        NpgsqlConnectionStringBuilder settings = new() { Host = url.Host.Trim('[', ']') };
        if (url.Port > 0)
        {
            settings.Port = url.Port;
        }
        string[] user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }
        if (user.Length > 1)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }
        string database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        if (database.Length > 0)
        {
            settings.Database = database;
        }
        foreach (string pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            Set(settings, pair.Split('=', 2));
        }
        return settings;
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string[] pair)
    {
        string name = Uri.UnescapeDataString(pair[0]);
        // The names that libpq gives them, which people know.
        string known = name switch
        {
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "connect_timeout" => "Timeout",
            "application_name" => "Application Name",
            "target_session_attrs" => "Target Session Attributes",
            "passfile" => "Passfile",
            "schema" => "Search Path",
            "host" => "Host",
            _ => name,
        };
        string value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
        try
        {
            settings[known] = known == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException
            or KeyNotFoundException or InvalidCastException)
        {
            throw new FormatException($"The PostgreSQL address has the setting '{name}', which is unknown or wrong.");
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex SchemaName();
}
