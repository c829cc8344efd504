using System.Buffers.Binary;

namespace Granary.Vms.RiscV.Tests;

/// <summary>One instruction and an ecall behind it; operands in x10 and x11, result in x12.</summary>
internal sealed class RiscVGridMachine
{
    private readonly RiscVHart _hart;

    public RiscVGridMachine(uint word)
    {
        RiscVMemory memory = new(SnapshotFormat.PageBytes, loadsNeedAByteBehind: false);
        memory.Pages[0] = RiscVPage.Executable;
        BinaryPrimitives.WriteUInt32LittleEndian(memory.Bytes, word);
        BinaryPrimitives.WriteUInt32LittleEndian(memory.Bytes.AsSpan(4), 0x73);
        _hart = new RiscVHart(memory, new RiscVCode(memory.Bytes, memory.Pages, RiscVProfile.Ckb2), RiscVProfile.Ckb2);
    }

    public ulong Run(ulong a, ulong b)
    {
        (_hart.Pc, _hart.X[10], _hart.X[11], _hart.X[12]) = (0, a, b, 0);
        long budget = 10_000;
        Assert.Equal(RiscVStop.Ecall, RiscVInterpreter.Run<RiscVBlocks>(_hart, ref budget));
        return _hart.X[12];
    }
}
