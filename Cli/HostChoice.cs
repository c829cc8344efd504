using Granary.Stores;

namespace Granary.Cli;

/// <summary>Which host the user wants: what the command line says, and what the environment adds.</summary>
internal sealed record HostChoice(string? DataOption, string? UrlOption, string? TokenOption)
{
    public const string StoreVariable = "GRANARY_STORE";
    public const string UrlVariable = "GRANARY_URL";
    public const string TokenVariable = "GRANARY_TOKEN";

    public string? StoreOption { get; init; }

    public string Folder(IConsoleIo io) => DataFolder.Resolve(DataOption, io);

    /// <summary>
    /// A folder or store that is named goes before a node in the environment, for it is nearer to the command.
    /// </summary>
    /// <exception cref="UsageException">Both are named, or the URL is none.</exception>
    public HostOptions Resolve(IConsoleIo io)
    {
        if (DataOption is not null && UrlOption is not null)
        {
            throw new UsageException("--data and --url exclude each other.", "Name the folder or the node.");
        }
        if (StoreOption is not null && UrlOption is not null)
        {
            throw new UsageException("--store and --url exclude each other.", "Name the database or the node.");
        }
        bool isNamed = DataOption is not null || StoreOption is not null;
        string? url = UrlOption ?? (isNamed ? null : NonEmpty(io.Variable(UrlVariable)));
        return new HostOptions
        {
            DataFolder = url is null ? Folder(io) : "",
            FolderIsNamed = DataOption is not null,
            Store = url is null ? Store(io) : null,
            StoreIsNamed = StoreOption is not null,
            Nodes = url is null ? null : [.. url.Split(',').Select(u => ParseUrl(u.Trim()))],
            Token = TokenOption ?? NonEmpty(io.Variable(TokenVariable)),
            Access = HostAccess.Inspect,
        };
    }

    /// <summary>As the other, for what needs the folder itself.</summary>
    /// <param name="folderDefault">The folder when neither command line nor environment names one.</param>
    /// <param name="storeDefault">The database when neither names one.</param>
    public HostOptions ResolveInProcess(IConsoleIo io, string? folderDefault, string? storeDefault)
    {
        RequireFolder();
        bool isDefault = DataOption is null && string.IsNullOrEmpty(io.Variable(DataFolder.Variable));
        string? option = isDefault ? folderDefault : DataOption;
        return new HostOptions
        {
            DataFolder = DataFolder.Resolve(option, io), FolderIsNamed = option is not null, Access = HostAccess.Run,
            Store = Store(io) ?? ParseStore(storeDefault), StoreIsNamed = StoreOption is not null, InProcess = true,
        };
    }

    /// <summary>The database that the user has named; null for the data folder.</summary>
    /// <exception cref="UsageException">The address is none.</exception>
    public PostgresAddress? Store(IConsoleIo io) => ParseStore(StoreOption ?? io.Variable(StoreVariable));

    private static PostgresAddress? ParseStore(string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : PostgresAddress.Parse(text);
        }
        catch (FormatException error)
        {
            throw new UsageException(error.Message);
        }
    }

    /// <exception cref="UsageException">The user names a node where a folder is needed.</exception>
    public void RequireFolder()
    {
        if (UrlOption is not null)
        {
            throw new UsageException("This works on a data folder, not on a node.", "Use --data instead of --url.");
        }
    }

    private static Uri ParseUrl(string text)
    {
        // "localhost:7411" is read as a scheme by the rules of URLs, and as a node by everybody.
        string full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out Uri? url)
            ? url
            : throw new UsageException($"'{text}' is no URL of a node.", "Use for example http://127.0.0.1:7411.");
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
