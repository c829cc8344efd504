using System.Diagnostics.CodeAnalysis;

namespace Granary.Vms.Script;

/// <summary>The instructions that wait for the host. What they ask follows from the state and is not saved.</summary>
internal static class ScriptSuspensions
{
    public static bool Suspends(ScriptOp op) => op is ScriptOp.Sleep or ScriptOp.Receive or ScriptOp.Await;

    /// <summary>What the instruction waits for; false when an operand is of the wrong type or range.</summary>
    public static bool TryMakeRequest(ScriptProgram program, ScriptState state, in ScriptInstruction instruction,
        [NotNullWhen(true)] out HostRequest? request)
    {
        request = null;
        ScriptRun run = new(program, state);
        switch (instruction.Op)
        {
            case ScriptOp.Sleep when run.TryGetSize(instruction.A, 0, out long milliseconds):
                request = new HostRequest.Sleep(milliseconds);
                break;
            case ScriptOp.Receive when run.TryGetSize(instruction.A, 0, out long milliseconds):
                request = new HostRequest.Receive(
                    instruction.A == ScriptInstruction.Absent ? null : milliseconds);
                break;
            case ScriptOp.Await when run.Value(instruction.B) is { IsInteger: true } callId:
                request = new HostRequest.AwaitReply((ulong)callId.Integer);
                break;
        }
        return request is not null;
    }

    /// <summary>Pays for the suspension, and only then suspends.</summary>
    public static VmExit? Suspend(ScriptProgram program, ScriptState state, in ScriptInstruction instruction,
        ref GasMeter gas, out TrapKind trap)
    {
        if (!TryMakeRequest(program, state, instruction, out HostRequest? request))
        {
            trap = TrapKind.BadOperand;
            return null;
        }
        if (!gas.TryCharge(GasSchedule.Suspend(ScriptSnapshot.GetBytes(state))))
        {
            trap = TrapKind.OutOfGas;
            return null;
        }
        trap = TrapKind.None;
        state.Phase = ScriptPhase.Waiting;
        return new VmExit.Suspended(request);
    }
}
