using System.CommandLine;
using System.Reflection;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>The command line from arguments to exit code.</summary>
public static class GranaryCli
{
    /// <summary>The version of this binary, for example <c>0.1.0</c>.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>Carries out one command line.</summary>
    /// <param name="open">Opens the host; called at most once, or not at all.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> InvokeAsync(
        string[] args, IConsoleIo io, Func<HostOptions, Task<IKernelHost>> open, VmEngines engines)
    {
        CliServices services = new(io, engines, (options, _) => open(options));
        Task<int> run = InvokeAsync(args, services);
        try
        {
            // After the second Ctrl-C nobody waits for an orderly end: what was acknowledged is durable.
            return await run.WaitAsync(io.Abort);
        }
        catch (OperationCanceledException) when (io.Abort.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static async Task<int> InvokeAsync(string[] args, CliServices services)
    {
        bool isJson = args.TakeWhile(a => a != "--").Contains(GlobalOptions.JsonName);
        try
        {
            CommandTree tree = CommandTree.OfProcess();
            ParseResult parsed = tree.Parse(args);
            if (parsed.GetResult(tree.Suggest) is not null)
            {
                return await SuggestAsync(tree, parsed, services);
            }
            if (parsed.GetResult(tree.Version) is { Implicit: false })
            {
                WriteVersion(services.Io, isJson);
                return ExitCodes.Success;
            }
            bool wantsHelp = parsed.GetResult(tree.Help) is { Implicit: false };
            if (wantsHelp || args.Length == 0)
            {
                HelpText.Write(Screen.OfOut(services.Io), tree, parsed.CommandResult.Command);
                return ExitCodes.Success;
            }
            UsageCheck.Require(parsed);
            return await RunAsync(tree, parsed, services);
        }
        catch (Exception e)
        {
            // The outermost place: whatever it is, the user gets a message and scripts get an exit code.
            ErrorReport report = ErrorReport.Of(e, services.Io);
            report.Write(services.Io, isJson);
            return report.ExitCode;
        }
    }

    private static async Task<int> RunAsync(CommandTree tree, ParseResult parsed, CliServices services)
    {
        IOutput output = parsed.GetValue(tree.Globals.Json)
            ? new JsonOutput(services.Io)
            : new TextOutput(services.Io, parsed.GetValue(tree.Globals.Quiet));
        await using CliSession session = new(services, tree.Globals.Choose(parsed), output);
        CliCommand command = (CliCommand)parsed.CommandResult.Command;
        return await command.RunAsync(session, parsed, services.Io.Interrupt);
    }

    private static Task<int> SuggestAsync(CommandTree tree, ParseResult parsed, CliServices services)
    {
        tree.CompleteKernels(context => KernelCompletion.List(tree, context, services));
        return parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = services.Io.Out,
            Error = services.Io.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static void WriteVersion(IConsoleIo io, bool isJson) =>
        io.Out.Write(isJson ? JsonForms.ToLine(new JsonObject { ["version"] = Version }) : $"granary {Version}\n");

    private static string ReadVersion()
    {
        string version = typeof(GranaryCli).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        return version.Split('+')[0];
    }
}
