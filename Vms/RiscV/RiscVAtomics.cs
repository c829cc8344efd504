using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <summary>
/// The A extension. A machine has one hart at a time on its memory, so every instruction is atomic anyway; what remains
/// is what the instructions compute. A store conditional succeeds when its address is the one last reserved.
/// </summary>
internal static class RiscVAtomics
{
    /// <summary>Executes an instruction of the extension at the address in rs1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static RiscVFault Execute(RiscVHart hart, in RiscVInstruction i)
    {
        bool isLong = i.Op >= LrD;
        RiscVOp op = isLong ? i.Op - (LrD - LrW) : i.Op;
        ulong address = hart.X[i.Rs1];
        int size = isLong ? sizeof(ulong) : sizeof(uint);
        if (op == LrW)
        {
            return Load(hart, i.Rd, address, size);
        }
        RiscVFault fault = hart.Memory.TryOpen(address, (ulong)size, out _);
        if (fault != RiscVFault.None)
        {
            return fault;
        }
        ulong before = Read(hart.Memory, address, size);
        ulong value = hart.X[i.Rs2];
        if (op == ScW)
        {
            bool stored = hart.Reservation == address;
            hart.Reservation = RiscVHart.NoReservation;
            hart.X[i.Rd] = stored ? 0UL : 1;
            return stored ? hart.Memory.TryStore(address, value, size) : RiscVFault.None;
        }
        value = isLong ? value : (ulong)(int)value;
        hart.X[i.Rd] = before;
        return hart.Memory.TryStore(address, Combine(op, before, value), size);
    }

    /// <summary>Words are compared sign-extended: that keeps the order of unsigned ones, too.</summary>
    private static ulong Combine(RiscVOp op, ulong memory, ulong value) => op switch
    {
        AmoSwapW => value,
        AmoAddW => memory + value,
        AmoXorW => memory ^ value,
        AmoAndW => memory & value,
        AmoOrW => memory | value,
        AmoMinW => (ulong)Math.Min((long)memory, (long)value),
        AmoMaxW => (ulong)Math.Max((long)memory, (long)value),
        AmoMinuW => Math.Min(memory, value),
        AmoMaxuW => Math.Max(memory, value),
        _ => throw new InvalidOperationException($"{op} is no instruction of this kind."),
    };

    private static RiscVFault Load(RiscVHart hart, byte rd, ulong address, int size)
    {
        if (address > hart.Memory.LoadTop - (ulong)size)
        {
            return RiscVFault.MemOutOfBound;
        }
        hart.X[rd] = Read(hart.Memory, address, size);
        hart.Reservation = address;
        return RiscVFault.None;
    }

    private static ulong Read(RiscVMemory memory, ulong address, int size)
    {
        ReadOnlySpan<byte> bytes = memory.Bytes.AsSpan((int)address, size);
        return size == sizeof(ulong)
            ? BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            : (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
