namespace Granary.Vms.RiscV;

/// <summary>
/// Runs a hart under the meter: whole blocks while the gas covers them, then instruction by instruction to the exact
/// end of the slice or the message.
/// </summary>
internal static class RiscVRunner
{
    public const ulong EcallBytes = 4;

    /// <summary>Runs to an ecall (null), the end of the slice, or a trap.</summary>
    public static VmExit? Run(RiscVState state, RiscVHart hart, ref GasMeter gas)
    {
        while (true)
        {
            long allowance = gas.Allowance;
            long left = allowance;
            RiscVStop stop = RiscVInterpreter.Run<RiscVBlocks>(hart, ref left);
            Spend(state, ref gas, allowance - left);
            if (stop == RiscVStop.Budget)
            {
                if (gas.SliceOver)
                {
                    return VmExit.SliceEnded.Instance;
                }
                // An instruction may begin while any of the slice is left, but the message must cover it.
                int cycles = hart.Profile.Cycles(hart.Next().Op);
                if (cycles > gas.MessageLeft)
                {
                    return new VmExit.Trapped(TrapKind.OutOfGas, SiteOf(hart));
                }
                Spend(state, ref gas, cycles);
                stop = RiscVInterpreter.Run<RiscVSingle>(hart, ref left);
            }
            if (stop == RiscVStop.Fault)
            {
                return TrapOf(hart);
            }
            if (stop == RiscVStop.Ecall)
            {
                return null;
            }
        }
    }

    public static TrapSite SiteOf(RiscVHart hart) => new($"pc 0x{hart.Pc:x}");

    public static VmExit.Trapped TrapOf(RiscVHart hart)
    {
        string what = hart.Fault == RiscVFault.InvalidEcall ? $"{hart.FaultValue}" : $"0x{hart.FaultValue:x}";
        TrapKind kind = hart.Fault == RiscVFault.InvalidInstruction
            ? TrapKind.UndefinedInstruction
            : TrapKind.BadOperand;
        return new VmExit.Trapped(kind, new TrapSite($"pc 0x{hart.Pc:x}, {hart.Fault} {what}"));
    }

    private static void Spend(RiscVState state, ref GasMeter gas, long cycles)
    {
        gas.Settle(cycles);
        state.Cycles += (ulong)cycles;
    }
}
