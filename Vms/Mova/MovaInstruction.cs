using System.Buffers.Binary;

namespace Granary.Vms.Mova;

/// <summary>One decoded instruction. <paramref name="Op"/> keeps the byte of an undefined opcode too.</summary>
internal readonly record struct MovaInstruction(MovaOp Op, int Operand)
{
    /// <summary>The instruction as it is stored: opcode, then 24 bits of operand, low byte first.</summary>
    public uint Word => (uint)Operand << 8 | (byte)Op;

    public static MovaInstruction FromWord(uint word) => new((MovaOp)(byte)word, (int)(word >> 8));

    public static MovaInstruction Read(ReadOnlySpan<byte> bytes) =>
        FromWord(BinaryPrimitives.ReadUInt32LittleEndian(bytes));

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes, Word);
}
