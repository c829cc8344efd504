using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Embedded;

namespace Granary.Cli;

/// <summary>Copies the kernels of a data folder to a file, also while a node runs on it.</summary>
internal sealed class BackupCommand : CliCommand
{
    private readonly Option<string> _to = new("--to")
    {
        HelpName = "FILE", Description = "The file to make. It must not be there yet.", Required = true,
    };

    public BackupCommand()
        : base("backup", "Copies all kernels of the data folder to a file, also while a node runs on it.") => Add(_to);

    public override string Remarks =>
        "The file holds every kernel as it was at one moment: journal, checkpoints, state, code. A node that runs on "
        + "the folder goes on meanwhile. API tokens are not in it. Take it back with 'granary restore'. Kernels in "
        + "PostgreSQL are backed up with pg_dump, which is as consistent; see docs/postgres.md.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary backup --to monday.db", "the default folder, or the one of --data"),
        new("granary backup --data /var/lib/granary --to /backup/monday.db", "while its node runs"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        session.Choice.RequireFolder();
        if (session.Choice.Store(session.Io) is { } store)
        {
            throw new UsageException(
                $"Kernels in {store} are backed up with PostgreSQL's own program.",
                "For example: pg_dump -Fc -f granary.dump DATABASE; see docs/postgres.md.");
        }
        string to = Path.GetFullPath(parsed.GetRequiredValue(_to));
        long bytes = EmbeddedBackup.Make(session.Choice.Folder(session.Io), to);
        JsonObject json = new() { ["file"] = to, ["bytes"] = bytes };
        session.Output.Result(json, screen => screen.Line($"{to} has all kernels ({TextForms.Bytes(bytes)})."));
        return Task.FromResult(ExitCodes.Success);
    }
}
