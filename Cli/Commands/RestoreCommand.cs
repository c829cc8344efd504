using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Embedded;

namespace Granary.Cli;

/// <summary>Fills a data folder from the file of a backup.</summary>
internal sealed class RestoreCommand : CliCommand
{
    private readonly Option<string> _from = new("--from")
    {
        HelpName = "FILE", Description = "The file that 'granary backup' made.", Required = true,
    };

    public RestoreCommand()
        : base("restore", "Fills an empty data folder with the kernels of a backup.") => Add(_from);

    public override string Remarks =>
        "The folder must hold no kernels. The file is checked and stays as it is. The kernels go on from where they "
        + "were when the backup was made: never run them where the original also runs, for both would send the same "
        + "messages.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary restore --data /var/lib/granary --from monday.db", "then: granary up --data /var/lib/granary")];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        session.Choice.RequireFolder();
        if (session.Choice.Store(session.Io) is not null)
        {
            throw new UsageException(
                "A backup of a data folder goes into a data folder.",
                "A dump of PostgreSQL is restored with pg_restore; see docs/postgres.md.");
        }
        string folder = session.Choice.Folder(session.Io);
        string from = Path.GetFullPath(parsed.GetRequiredValue(_from));
        EmbeddedBackup.Restore(from, folder);
        JsonObject json = new() { ["folder"] = folder, ["file"] = from };
        session.Output.Result(json, screen => screen.Line($"{folder} has the kernels of {from}."));
        return Task.FromResult(ExitCodes.Success);
    }
}
