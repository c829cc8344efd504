using System.Buffers.Binary;

namespace Granary.Vms.RiscV;

/// <summary>Builds what a CKB program finds on its stack: argc, argv, and the strings above them.</summary>
internal static class RiscVStack
{
    /// <summary>The stack is the top quarter of memory.</summary>
    private const int StackShare = 4;

    private const ulong SlotBytes = sizeof(ulong);
    private const ulong Alignment = 16;

    /// <summary>Puts the arguments on the stack, sets sp, and says how many bytes were used; -1: no room.</summary>
    public static long Fill(RiscVHart hart, IReadOnlyList<ReadOnlyMemory<byte>> arguments)
    {
        RiscVMemory memory = hart.Memory;
        bool aligns = hart.Profile.AlignsStack;
        ulong top = (ulong)memory.Bytes.Length;
        ulong bottom = top - (top / StackShare);
        if (aligns && arguments.Count == 0)
        {
            // argc is the zero that is there anyway.
            hart.X[RiscVHart.Sp] = (top - SlotBytes) & ~(Alignment - 1);
            return (long)(top - hart.X[RiscVHart.Sp]);
        }
        ulong sp = top;
        List<ulong> values = [(ulong)arguments.Count];
        foreach (ReadOnlyMemory<byte> argument in arguments)
        {
            ulong length = (ulong)argument.Length + 1;
            if (length > sp - bottom)
            {
                return -1;
            }
            sp -= length;
            if (memory.TryWrite(sp, argument.Span) != RiscVFault.None
                || memory.TryWrite(sp + length - 1, [0]) != RiscVFault.None)
            {
                return -1;
            }
            values.Add(sp);
        }
        if (aligns)
        {
            values.Add(0);
            ulong end = SlotBytes * (ulong)values.Count;
            sp = end <= sp - bottom ? ((sp - end) & ~(Alignment - 1)) + end : bottom;
        }
        if (SlotBytes * (ulong)values.Count > sp - bottom)
        {
            return -1;
        }
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        for (int i = values.Count - 1; i >= 0; i--)
        {
            sp -= SlotBytes;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, values[i]);
            if (memory.TryWrite(sp, hart.Profile.PushesWords ? bytes[..sizeof(uint)] : bytes) != RiscVFault.None)
            {
                return -1;
            }
        }
        hart.X[RiscVHart.Sp] = sp;
        return (long)(top - sp);
    }
}
