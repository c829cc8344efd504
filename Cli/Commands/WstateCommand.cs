using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>In the shell: writes one kernel's machine state into another.</summary>
internal sealed class WstateCommand : CliCommand
{
    private readonly ShellState _state;
    private readonly KernelArgument _from = new(
        "FROM", "The kernel whose state was read; when not yet, it is read now.");
    private readonly KernelArgument _to = new("TO", "The kernel that goes on from that state; of the same engine.");

    public WstateCommand(ShellState state)
        : base("wstate", "Writes the machine state read from one kernel into another, which goes on from there.")
    {
        _state = state;
        Add(_from);
        Add(_to);
    }

    public override string Remarks =>
        "A message that TO is handling is cancelled first. The state brings no ports and no data.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("wstate clock clock-2", "'clock-2' goes on from where 'clock' was when its state was read")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId from = parsed.GetRequiredValue(_from);
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        MachineState? machine = _state.Kept(from);
        if (machine is null)
        {
            machine = await host.ReadMachineAsync(from, cancellationToken);
            _state.Keep(from, machine);
        }
        KernelInfo kernel = await host.WriteMachineAsync(parsed.GetRequiredValue(_to), machine, cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
