using System.CommandLine;

namespace Granary.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    public const string JsonName = "--json";

    public Option<string?> Data { get; } = new("--data")
    {
        HelpName = "DIR",
        Description = "The data folder. Default: $GRANARY_DATA, or else $XDG_STATE_HOME/granary, or else "
            + @"~/.local/state/granary (Windows: LocalApplicationData\granary).",
        Recursive = true,
    };

    public Option<string?> Store { get; } = new("--store")
    {
        HelpName = "ADDRESS",
        Description = "Kernels are in this PostgreSQL database instead of the data folder: "
            + "postgres://USER@HOST:PORT/DATABASE, or a connection string. The password comes from PGPASSWORD or the "
            + "file of PGPASSFILE. Default: $GRANARY_STORE.",
        Recursive = true,
    };

    public Option<string?> Url { get; } = new("--url")
    {
        HelpName = "URL",
        Description = "Works on a node instead of a data folder; of a cluster, silos with commas between: what one "
            + "does not answer, the next is asked. Default: $GRANARY_URL, or else the node that runs on the default "
            + "data folder, if there is one.",
        Recursive = true,
    };

    public Option<string?> Token { get; } = new("--token")
    {
        HelpName = "TOKEN",
        Description = "The API token for the node. Default: $GRANARY_TOKEN, which other users of the machine "
            + "cannot see.",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new(JsonName)
    {
        Description = "Machine output: one JSON document, or one a line for streams; errors as JSON on the error "
            + "stream.",
        Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "No notes and no progress on the error stream, only errors.",
        Recursive = true,
    };

    public IEnumerable<Option> All => [Data, Store, Url, Token, Json, Quiet];

    /// <summary>What the command line says of the host.</summary>
    public HostChoice Choose(ParseResult parsed) =>
        new(parsed.GetValue(Data), parsed.GetValue(Url), parsed.GetValue(Token))
        {
            StoreOption = parsed.GetValue(Store),
        };
}
