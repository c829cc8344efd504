using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Cli;

/// <summary>Starts a cluster on this machine.</summary>
internal sealed class ClusterCommand : CliCommand
{
    private const string Up = "up";
    private const int SilosDefault = 3;
    private const int SilosMax = 16;
    private const int PortDefault = 7411;

    private readonly Argument<string> _action = new("ACTION") { Description = "up." };

    private readonly Option<int> _silos = new("--silos")
    {
        HelpName = "N", Description = "How many silos, 1 to 16.", DefaultValueFactory = _ => SilosDefault,
    };

    private readonly Option<int> _port = new("--port")
    {
        HelpName = "PORT", Description = "Where the first silo's API listens; the others behind it. 0 takes free ones.",
        DefaultValueFactory = _ => PortDefault,
    };

    private readonly Option<string> _id = new("--cluster")
    {
        HelpName = "NAME", Description = "The cluster's name; a database belongs to one.",
        DefaultValueFactory = _ => "granary",
    };

    public ClusterCommand()
        : base("cluster", "Starts a cluster of silos on this machine, until Ctrl-C.")
    {
        _action.AcceptOnlyFromAmong(Up);
        Add(_action);
        Add(_silos);
        Add(_port);
        Add(_id);
    }

    public override string Remarks =>
        "Kernels are in the PostgreSQL database of --store, whose tables are made or brought up to date; without it, "
        + "in a server of its own (PostgreSQL must be installed) whose data goes when the cluster ends. Each silo is a "
        + "process and serves the API for all kernels, wherever they are. Ctrl-C stops the silos one after the other; "
        + "kernels go to those that still run.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary cluster up", "three silos and a database, gone without a trace after Ctrl-C"),
        new("granary cluster up --silos 5 --store postgres://granary@db.local/granary", "kernels stay"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        int count = parsed.GetValue(_silos);
        if (count is < 1 or > SilosMax)
        {
            throw new UsageException($"{count} silos are not 1 to {SilosMax}.");
        }
        PostgresAddress? named = session.Choice.Store(session.Io);
        session.WarnOfPassword(named);
        List<IAsyncDisposable> started = [];
        try
        {
            PostgresAddress store = named ?? await StartDatabaseAsync(session, started, cancellationToken);
            await MigrateAsync(store, cancellationToken);
            await StartSilosAsync(session, parsed, store, count, started, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            session.Output.Note("Stopping the silos one after the other. Ctrl-C again leaves at once.");
        }
        finally
        {
            // The database, which is the first, goes last.
            for (int i = started.Count - 1; i >= 0; i--)
            {
                await started[i].DisposeAsync();
            }
        }
        return ExitCodes.Success;
    }

    private static async Task<PostgresAddress> StartDatabaseAsync(
        CliSession session, List<IAsyncDisposable> started, CancellationToken cancellationToken)
    {
        LocalPostgres server = await LocalPostgres.StartAsync(cancellationToken);
        started.Add(server);
        session.Output.Note($"A database runs at {server.Address}; it goes when the cluster ends.");
        return server.Address;
    }

    private static async Task MigrateAsync(PostgresAddress store, CancellationToken cancellationToken)
    {
        try
        {
            await PostgresStore.MigrateAsync(store, cancellationToken);
        }
        catch (StoreException error)
        {
            throw new KernelHostException(KernelHostError.Store, error.What, error.Advice, error);
        }
    }

    private async Task StartSilosAsync(
        CliSession session, ParseResult parsed, PostgresAddress store, int count, List<IAsyncDisposable> started,
        CancellationToken cancellationToken)
    {
        int port = parsed.GetValue(_port);
        List<SiloProcess> silos = [];
        for (int i = 0; i < count; i++)
        {
            SiloProcess silo = SiloProcess.Start(
                $"silo-{i + 1}", store, parsed.GetRequiredValue(_id), port == 0 ? 0 : port + i);
            silos.Add(silo);
            started.Add(silo);
        }
        foreach (SiloProcess silo in silos)
        {
            await silo.ReadyAsync(cancellationToken);
            JsonObject json = new()
            {
                ["event"] = "ready", ["silo"] = silo.Name, ["url"] = silo.Url, ["pid"] = silo.ProcessId,
            };
            session.Output.Item(json, screen => screen.Line($"{silo.Name} listens on {silo.Url}."));
            _ = TellOfEndAsync(session, silo, cancellationToken);
        }
        session.Output.Note($"The cluster is up: try granary deploy, call and migrate with --url {silos[0].Url}.");
    }

    private static async Task TellOfEndAsync(CliSession session, SiloProcess silo, CancellationToken cancellationToken)
    {
        await silo.Ended.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested)
        {
            session.Output.Note($"{silo.Name} has ended; its kernels go on in the others.");
        }
    }
}
