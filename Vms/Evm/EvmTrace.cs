using System.Globalization;
using System.Text;

namespace Granary.Vms.Evm;

/// <summary>What a trace shows of a world between two instructions: what EIP-3155 has in a line.</summary>
internal static class EvmTrace
{
    public static VmStep? Look(EvmState state)
    {
        if (state.Depth == 0 || state.Job.Phase != EvmPhase.Run)
        {
            return null;
        }
        EvmFrame frame = state.Top;
        return new VmStep(state.Depth, frame.Pc, EvmDisassembler.Instruction(frame.Code.Bytes, frame.Pc),
        [
            new("gas", frame.Gas.ToString(NumberFormatInfo.InvariantInfo)),
            new("refund", state.Refund.ToString(NumberFormatInfo.InvariantInfo)),
            new("address", frame.Address.ToString()),
            new("memory", frame.MemorySize.ToString(NumberFormatInfo.InvariantInfo)),
            new("stack", Stack(state, frame)),
        ]);
    }

    /// <summary>The words of the top frame, lowest first, without zeros in front.</summary>
    private static string Stack(EvmState state, EvmFrame frame)
    {
        StringBuilder text = new();
        for (int i = 0; i < frame.StackWords; i++)
        {
            text.Append(i == 0 ? "" : " ").Append(state.Stack[frame.StackBase + i].ToString());
        }
        return text.ToString();
    }
}
