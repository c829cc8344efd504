using System.Buffers.Binary;

namespace Granary.Vms.Mova;

/// <summary>
/// A saved Mova machine in Mova's own format, all big-endian: the mark 3acc, a 16-bit item count, the items (32 bits
/// each, bottom of the stack first), the mark 101e, the 32-bit instruction pointer.
/// </summary>
public sealed class MovaState
{
    /// <summary>The section of a snapshot that holds these bytes and nothing else.</summary>
    public const string SectionName = "state";

    /// <summary>More items than this the format cannot count.</summary>
    public const int StackSlotsMax = ushort.MaxValue;

    private const ushort StackMark = 0x3ACC;
    private const ushort PointerMark = 0x101E;
    private const int HeadBytes = 4;
    private const int TailBytes = 6;

    public MovaState(uint instructionPointer, ReadOnlyMemory<int> stack)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stack.Length, StackSlotsMax, nameof(stack));
        InstructionPointer = instructionPointer;
        Stack = stack;
    }

    /// <summary>A machine before its first instruction.</summary>
    public static MovaState Empty { get; } = new(0, ReadOnlyMemory<int>.Empty);

    /// <summary>An instruction index; beyond the program when the machine has ended.</summary>
    public uint InstructionPointer { get; }

    /// <summary>The items, bottom first.</summary>
    public ReadOnlyMemory<int> Stack { get; }

    /// <summary>Reads a state.</summary>
    /// <param name="topFirst">
    /// True only for files of the first Mova prototype, which wrote the top of the stack first. The bytes cannot tell.
    /// </param>
    /// <exception cref="SnapshotFormatException">The bytes are not exactly one state.</exception>
    public static MovaState Parse(ReadOnlySpan<byte> bytes, bool topFirst)
    {
        if (bytes.Length < HeadBytes + TailBytes)
        {
            throw new SnapshotFormatException(
                $"A Mova state has {HeadBytes + TailBytes} bytes or more, not {bytes.Length}.");
        }
        ExpectMark(bytes, StackMark, "begin with");
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (bytes.Length != SizeOf(count))
        {
            throw new SnapshotFormatException(
                $"A Mova state of {count} items has {SizeOf(count)} bytes, not {bytes.Length}.");
        }
        ReadOnlySpan<byte> tail = bytes[^TailBytes..];
        ExpectMark(tail, PointerMark, "have, after its items,");
        int[] stack = new int[count];
        for (int i = 0; i < count; i++)
        {
            int slot = topFirst ? count - 1 - i : i;
            stack[slot] = BinaryPrimitives.ReadInt32BigEndian(bytes[(HeadBytes + i * sizeof(int))..]);
        }
        return new MovaState(BinaryPrimitives.ReadUInt32BigEndian(tail[2..]), stack);
    }

    /// <summary>Writes the state; <paramref name="topFirst"/> as in <see cref="Parse"/>.</summary>
    public byte[] ToBytes(bool topFirst = false)
    {
        byte[] bytes = new byte[SizeOf(Stack.Length)];
        int[] items = Stack.ToArray();
        if (topFirst)
        {
            Array.Reverse(items);
        }
        Write(bytes, items, InstructionPointer);
        return bytes;
    }

    /// <summary>The bytes that a state of so many items takes.</summary>
    internal static int SizeOf(int stackSlots) => HeadBytes + stackSlots * sizeof(int) + TailBytes;

    internal static void Write(Span<byte> bytes, ReadOnlySpan<int> items, uint instructionPointer)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, StackMark);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], checked((ushort)items.Length));
        for (int i = 0; i < items.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[(HeadBytes + i * sizeof(int))..], items[i]);
        }
        Span<byte> tail = bytes[(HeadBytes + items.Length * sizeof(int))..];
        BinaryPrimitives.WriteUInt16BigEndian(tail, PointerMark);
        BinaryPrimitives.WriteUInt32BigEndian(tail[2..], instructionPointer);
    }

    private static void ExpectMark(ReadOnlySpan<byte> bytes, ushort mark, string verb)
    {
        ushort found = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (found != mark)
        {
            throw new SnapshotFormatException($"A Mova state must {verb} {mark:x4}, not {found:x4}.");
        }
    }
}
