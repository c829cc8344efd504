using System.Globalization;

namespace Granary.Vms.RiscV;

/// <summary>What a trace shows of a machine between two instructions.</summary>
internal static class RiscVTrace
{
    /// <summary>The process that runs next, its instruction, and its registers that are not zero.</summary>
    public static VmStep? Look(RiscVState state)
    {
        if (state.Phase != RiscVPhase.Running
            || state.Processes.FindLast(p => p.Wait == RiscVWait.None) is not { } process)
        {
            return null;
        }
        RiscVHart hart = process.Hart;
        List<KeyValuePair<string, string>> values =
            [new("process", process.Id.ToString(NumberFormatInfo.InvariantInfo))];
        for (int i = 1; i < RiscVHart.RegisterCount; i++)
        {
            if (hart.X[i] != 0)
            {
                values.Add(new(RiscVDisassembler.RegisterName(i), $"0x{hart.X[i]:x}"));
            }
        }
        RiscVInstruction next = RiscVCodePage.DecodeOne(hart.Code, hart.Pc, hart.Profile);
        return new VmStep(1, (long)hart.Pc, RiscVDisassembler.Show(next, hart.Pc), values);
    }
}
