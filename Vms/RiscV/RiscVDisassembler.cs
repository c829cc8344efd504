using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.RiscV;

/// <summary>The code of a program as text: address, encoding, instruction.</summary>
internal static class RiscVDisassembler
{
    private static readonly string[] _registers =
    [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ];

    public static string RegisterName(int number) => _registers[number];

    public static string Disassemble(ReadOnlySpan<byte> file, RiscVProfile profile)
    {
        RiscVImage image;
        try
        {
            image = RiscVElf.Load(file, profile, VmLimits.Default.SnapshotBytesMax);
        }
        catch (InvalidCodeException e)
        {
            return $"# not loadable: {e.Message}\n";
        }
        StringBuilder text = new();
        Append(text, $"# entry 0x{image.Entry:x}\n");
        int pc = 0;
        int end = image.Bytes.Length;
        while (pc < end)
        {
            if (image.Pages[pc >> RiscVMemory.PageShift] != RiscVPage.Executable)
            {
                pc = (pc | (SnapshotFormat.PageBytes - 1)) + 1;
                continue;
            }
            pc += AppendLine(text, image, pc);
        }
        return text.ToString();
    }

    /// <summary>One instruction as text, without its address.</summary>
    public static string Show(in RiscVInstruction i, ulong pc)
    {
        ref readonly RiscVOpInfo info = ref RiscVOpcodes.Info(i.Op);
        string target = Hex(pc + (ulong)(long)i.Imm);
        (string rd, string rs1, string rs2) = (_registers[i.Rd], _registers[i.Rs1], _registers[i.Rs2]);
        string operands = info.Format switch
        {
            RiscVFormat.R => $"{rd}, {rs1}, {rs2}",
            RiscVFormat.Unary => $"{rd}, {rs1}",
            RiscVFormat.I => $"{rd}, {rs1}, {i.Imm}",
            RiscVFormat.Load => $"{rd}, {i.Imm}({rs1})",
            RiscVFormat.Store => $"{rs2}, {i.Imm}({rs1})",
            RiscVFormat.Branch => $"{rs1}, {rs2}, {target}",
            RiscVFormat.U => $"{rd}, {Hex((uint)i.Imm >> 12)}",
            RiscVFormat.J => $"{rd}, {target}",
            _ => "",
        };
        return operands.Length == 0 ? info.Name : $"{info.Name} {operands}";
    }

    private static int AppendLine(StringBuilder text, RiscVImage image, int pc)
    {
        ReadOnlySpan<byte> rest = image.Bytes[pc..];
        int zeros = Math.Min(rest.IndexOfAnyExcept((byte)0) is >= 0 and int at ? at & ~1 : rest.Length & ~1,
            SnapshotFormat.PageBytes - (pc & (SnapshotFormat.PageBytes - 1)));
        if (zeros >= 2)
        {
            Append(text, $"{pc:x8}  {"",8}  .zero {zeros}\n");
            return zeros;
        }
        RiscVInstruction i = RiscVCodePage.DecodeOne(image.Code, (ulong)pc, image.Profile);
        if (i.Op == RiscVOp.FetchFault)
        {
            Append(text, $"{pc:x8}  {rest[0]:x2}        .byte 0x{rest[0]:x2}\n");
            return 1;
        }
        if (i.Op == RiscVOp.Invalid)
        {
            ushort half = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            Append(text, $"{pc:x8}  {half:x4}      .half 0x{half:x4}\n");
            return 2;
        }
        string encoding = i.Halfwords == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(rest).ToString("x4", NumberFormatInfo.InvariantInfo)
            : BinaryPrimitives.ReadUInt32LittleEndian(rest).ToString("x8", NumberFormatInfo.InvariantInfo);
        Append(text, $"{pc:x8}  {encoding,-8}  {Show(i, (ulong)pc)}\n");
        return 2 * i.Halfwords;
    }

    private static string Hex(ulong value) => "0x" + value.ToString("x", NumberFormatInfo.InvariantInfo);

    private static void Append(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(NumberFormatInfo.InvariantInfo));
}
