using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>In the shell: shows a kernel's output from now on.</summary>
internal sealed class BindCommand : CliCommand
{
    private readonly ShellState _state;
    private readonly KernelArgument _id = new();

    public BindCommand(ShellState state)
        : base("bind", "Shows a kernel's output from now on, and makes it the one that '.' means.")
    {
        _state = state;
        Add(_id);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("bind clock", "shows what 'clock' prints")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        IConsoleIo io = session.Io;
        Screen screen = Screen.OfOut(io);
        Action<KernelEvent> show = session.Output.IsJson
            ? e => io.Out.Write(JsonForms.ToLine(JsonForms.Event(e)))
            : e => EventText.Prefixed(screen, e);
        await _state.BindAsync(host, id, show, cancellationToken);
        session.Output.Result(new JsonObject { ["id"] = id.Value }, s => s.Line($"{id} is bound."));
        return ExitCodes.Success;
    }
}
