using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace Granary.Cli;

/// <summary>All commands with their options, and nothing of what they do.</summary>
internal sealed class CommandTree
{
    private static readonly ParserConfiguration s_parsing = new()
    {
        // A payload may begin with '@', and '-abc' is no bundle of options.
        ResponseFileTokenReplacer = null,
        EnablePosixBundling = false,
    };

    private CommandTree(string description, IEnumerable<CliCommand> commands)
    {
        Root = new RootCommand(description);
        foreach (CliCommand command in commands)
        {
            Root.Add(command);
        }
        Help = Root.Options.OfType<HelpOption>().Single();
        Help.Description = "Shows help for granary or one of its commands.";
        Version = Root.Options.OfType<VersionOption>().Single();
        Version.Description = "Shows the version.";
        Suggest = Root.Directives.OfType<SuggestDirective>().Single();
    }

    public RootCommand Root { get; }

    public GlobalOptions Globals { get; } = new();

    public HelpOption Help { get; }

    public VersionOption Version { get; }

    /// <summary>What completion scripts call: <c>granary [suggest:N] LINE</c>.</summary>
    public SuggestDirective Suggest { get; }

    public IEnumerable<CliCommand> Commands => Root.Subcommands.OfType<CliCommand>();

    /// <summary>The command line of <c>granary</c>.</summary>
    public static CommandTree OfProcess()
    {
        CommandTree tree = new(
            "Runs programs of many virtual machines as durable actors.",
            [
                new UpCommand(), new RunCommand(), new DeployCommand(), new SendCommand(), new CallCommand(),
                new ServeCommand(),
                new PsCommand(), new TopCommand(), new EventsCommand(), new EnginesCommand(), new StateCommand(),
                new JournalCommand(), new SnapshotCommand(), new SnapshotsCommand(), new ForkCommand(),
                new RollbackCommand(),
                new PauseCommand(), new ResumeCommand(), new CancelCommand(), new PortCommand(), new TimerCommand(),
                new DeadCommand(), new DeleteCommand(),
                new ExportCommand(), new ImportCommand(), new VerifyCommand(), new TraceCommand(),
                new SimulateCommand(),
                new CompileCommand(), new DisasmCommand(), new NounCommand(), new ShellCommand(), new TokenCommand(),
                new ClusterCommand(), new SilosCommand(), new MigrateCommand(),
                new DbCommand(), new BackupCommand(), new RestoreCommand(), new CompletionCommand(),
            ]);
        foreach (Option option in tree.Globals.All)
        {
            tree.Root.Add(option);
        }
        return tree;
    }

    /// <summary>The commands of the shell: those that make sense on an open host, and the shell's own.</summary>
    public static CommandTree OfShell(ShellState state) => new(
        "Commands of the shell.",
        [
            new PsCommand(), new EnginesCommand(), new BindCommand(state), new UnbindCommand(state),
            new RstateCommand(state), new WstateCommand(state), new DebugCommand(state), new StepCommand(state),
            new DeployCommand(), new SendCommand(), new CallCommand(), new StateCommand(), new JournalCommand(),
            new SnapshotCommand(), new SnapshotsCommand(), new ForkCommand(), new RollbackCommand(),
            new PauseCommand(), new ResumeCommand(), new CancelCommand(), new PortCommand(), new TimerCommand(),
            new DeadCommand(), new DeleteCommand(),
            new ExportCommand(), new ImportCommand(), new VerifyCommand(), new TraceCommand(), new CompileCommand(),
            new DisasmCommand(),
            new ShellHelpCommand(), new ExitCommand(state),
        ]);

    public ParseResult Parse(IReadOnlyList<string> args) => Root.Parse(args, s_parsing);

    /// <summary>Has completion offer the kernels that there are.</summary>
    public void CompleteKernels(Func<CompletionContext, IEnumerable<string>> list)
    {
        foreach (CliCommand command in Commands)
        {
            foreach (Argument argument in command.Arguments.Where(a => a is IKernelArgument))
            {
                argument.CompletionSources.Add(list);
            }
        }
    }
}
