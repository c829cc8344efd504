using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Cli;

/// <summary>Makes and describes the tables of a PostgreSQL database.</summary>
internal sealed class DbCommand : CliCommand
{
    private const string Migrate = "migrate";
    private const string Status = "status";

    private readonly Argument<string> _action = new("ACTION") { Description = "migrate or status." };

    public DbCommand()
        : base("db", "Makes the tables of a PostgreSQL database, or says what it has.")
    {
        _action.AcceptOnlyFromAmong(Migrate, Status);
        Add(_action);
    }

    public override string Remarks =>
        "The database is that of --store. 'migrate' makes the tables in a schema of their own (granary, or that of "
        + "?schema=NAME in the address), or brings those of an older version up to date; doing it again changes "
        + "nothing. The statements are the files of deploy/postgres, for who wants to run them otherwise.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary db migrate --store postgres://granary@db.local/granary", "makes the tables"),
        new("granary db status --store postgres://granary@db.local/granary", "versions, and whether they fit"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        PostgresAddress store = session.Choice.Store(session.Io) ?? throw new UsageException(
            "Which database?", "Name it with --store, for example postgres://granary@localhost/granary.");
        session.WarnOfPassword(store);
        try
        {
            return parsed.GetRequiredValue(_action) == Migrate
                ? await MigrateAsync(session, store, cancellationToken)
                : await DescribeAsync(session, store, cancellationToken);
        }
        catch (StoreException error)
        {
            throw new KernelHostException(KernelHostError.Store, error.What, error.Advice, error);
        }
    }

    private static async Task<int> MigrateAsync(
        CliSession session, PostgresAddress store, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> steps = await PostgresStore.MigrateAsync(store, cancellationToken);
        JsonObject json = new()
        {
            ["database"] = store.ToString(),
            ["applied"] = new JsonArray([.. steps.Select(s => JsonValue.Create(s))]),
        };
        session.Output.Result(json, screen => screen.Line(steps.Count == 0
            ? $"{store} is up to date."
            : $"{store} has its tables: ran {string.Join(", ", steps)}."));
        return ExitCodes.Success;
    }

    private static async Task<int> DescribeAsync(
        CliSession session, PostgresAddress store, CancellationToken cancellationToken)
    {
        PostgresSchemaState state = await PostgresStore.DescribeAsync(store, cancellationToken);
        string word = state.IsPresent ? "ready"
            : state.Version == 0 ? "empty"
            : state.Version > state.VersionKnown ? "tooNew" : "tooOld";
        JsonObject json = new()
        {
            ["database"] = state.Database, ["server"] = state.ServerVersion, ["state"] = word,
            ["version"] = state.Version, ["versionKnown"] = state.VersionKnown, ["durable"] = state.IsDurable,
            ["steps"] = new JsonArray([.. state.Steps.Select(ToJson)]),
        };
        session.Output.Result(json, screen =>
        {
            screen.Line($"{state.Database}, PostgreSQL {state.ServerVersion}: {Describe(state, word)}");
            if (state.Steps.Count > 0)
            {
                screen.Table(["STEP", "FILE", "APPLIED", "CHECKSUM"], state.Steps.Select(Row));
            }
        });
        if (!state.IsDurable)
        {
            session.Output.Note(
                "This server does not flush what it acknowledges (fsync or full_page_writes is off): a power loss "
                + "loses kernels.");
        }
        return ExitCodes.Success;
    }

    private static string Describe(PostgresSchemaState state, string word) => word switch
    {
        "ready" => "its tables fit.",
        "empty" => "it has no tables of Granary; make them with 'granary db migrate'.",
        "tooOld" => $"its layout version {state.Version} is older than {state.VersionKnown}: run 'granary db migrate'.",
        _ => $"its layout version {state.Version} is newer than {state.VersionKnown}: use the newer Granary.",
    };

    private static JsonObject ToJson(PostgresSchemaStep step) => new()
    {
        ["version"] = step.Version, ["name"] = step.Name, ["checksum"] = step.Checksum,
        ["appliedAt"] = step.AppliedAt.ToUnixTimeMilliseconds(),
    };

    private static IReadOnlyList<string> Row(PostgresSchemaStep step) =>
    [
        step.Version.ToString(CultureInfo.InvariantCulture), TextForms.WithoutControls(step.Name),
        step.AppliedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
        TextForms.WithoutControls(step.Checksum[..Math.Min(12, step.Checksum.Length)]),
    ];
}
