using System.Text;

namespace Granary.Benchmarks;

/// <summary>
/// A WebAssembly program with so much memory. <c>fill</c> fills it with what cannot be compressed, <c>touch</c> writes
/// to each of its pages and stores a value, <c>spin</c> never ends.
/// </summary>
internal static class StateProgram
{
    /// <summary>What of 64 MiB a machine may have as memory; the rest is stored values.</summary>
    private const int MemoryBytesMax = 56 << 20;
    private const int WasmPageBytes = 64 << 10;
    private const int PageBytes = 4 << 10;
    private const int ValueBytes = 1 << 20;
    private const int KeyAt = 16;
    private const int KeyBytes = 4;

    private const byte I64 = 0x7e, I32 = 0x7f, End = 0x0b, Loop = 0x03, Empty = 0x40, BranchIf = 0x0d, Branch = 0x0c;
    private const byte LocalGet = 0x20, LocalTee = 0x22, GlobalGet = 0x23, GlobalSet = 0x24, Call = 0x10;
    private const byte I32Const = 0x41, I64Const = 0x42, I32Add = 0x6a, LessUnsigned = 0x49, I64Store = 0x37;
    private const byte F64Load = 0x2b, F64Store = 0x39, F64Absolute = 0x99, F64Root = 0x9f;
    private const byte I64Add = 0x7c, I64Xor = 0x85, ShiftLeft = 0x86, ShiftRight = 0x88;

    /// <param name="bytes">Memory and values together.</param>
    public static byte[] Make(int bytes)
    {
        int memory = Math.Min(bytes, MemoryBytesMax);
        int values = (bytes - memory) / ValueBytes;
        List<byte> module = [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];
        Section(module, 1, [3, 0x60, 4, I32, I32, I32, I32, 0, 0x60, 2, I32, I32, 0, 0x60, 0, 0]);
        Section(module, 2, [1, .. Name("granary"), .. Name("state_put"), 0, 0]);
        Section(module, 3, [3, 2, 2, 2]);
        Section(module, 5, [1, 0, .. Number((memory + WasmPageBytes - 1) / WasmPageBytes)]);
        Section(module, 6, [1, I64, 1, I64Const, .. Number(88172645463325252), End]);
        Section(module, 7, [3, .. Name("fill"), 0, 1, .. Name("touch"), 0, 2, .. Name("spin"), 0, 3]);
        Section(module, 10, [
            3, .. Function([.. Fill(memory), .. Store(0, 8)]), .. Function([.. Touch(memory), .. Values(values)]),
            .. Function(Spin())]);
        return [.. module];
    }

    // seed = xorshift(seed); memory[i] = seed; i += 8
    private static byte[] Fill(int memory) =>
    [
        Loop, Empty, .. Shift(ShiftLeft, 13), .. Shift(ShiftRight, 7), .. Shift(ShiftLeft, 17),
        LocalGet, 0, GlobalGet, 0, I64Store, 3, 0, .. Next(memory, 8), End,
    ];

    // seed += 1; the first word of each page = seed
    private static byte[] Touch(int memory) =>
    [
        GlobalGet, 0, I64Const, 1, I64Add, GlobalSet, 0,
        Loop, Empty, LocalGet, 0, GlobalGet, 0, I64Store, 3, 0, .. Next(memory, PageBytes), End,
    ];

    // Roots of roots, because they take as long as their gas says: a checkpoint follows after so much gas.
    private static byte[] Spin() =>
    [
        Loop, Empty, I32Const, 8, I32Const, 8, F64Load, 3, 0, F64Absolute, .. Enumerable.Repeat(F64Root, 64),
        F64Store, 3, 0, Branch, 0, End,
    ];

    private static byte[] Shift(byte direction, int count) =>
        [GlobalGet, 0, GlobalGet, 0, I64Const, .. Number(count), direction, I64Xor, GlobalSet, 0];

    private static byte[] Next(int memory, int step) =>
    [
        LocalGet, 0, I32Const, .. Number(step), I32Add, LocalTee, 0, I32Const, .. Number(memory), LessUnsigned,
        BranchIf, 0,
    ];

    private static IEnumerable<byte> Values(int count) => count == 0
        ? Store(0, 8)
        : Enumerable.Range(0, count).SelectMany(i => Store(i, ValueBytes));

    /// <summary>Stores a part of memory under a key, which is in memory too, where nothing but fill writes.</summary>
    private static byte[] Store(int index, int bytes) =>
    [
        I32Const, .. Number(KeyAt + (index * KeyBytes)), I32Const, KeyBytes, I32Const, .. Number(index * ValueBytes),
        I32Const, .. Number(bytes), Call, 0,
    ];

    // One local, the place in memory.
    private static byte[] Function(byte[] code) =>
        [.. Number(code.Length + 4, isSigned: false), 1, 1, I32, .. code, End];

    private static void Section(List<byte> module, byte id, byte[] content) =>
        module.AddRange([id, .. Number(content.Length, isSigned: false), .. content]);

    private static byte[] Name(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    /// <summary>LEB128. One that is not negative, with a bit for the sign, can be read as unsigned too.</summary>
    private static List<byte> Number(long value, bool isSigned = true)
    {
        List<byte> bytes = [];
        while (true)
        {
            byte low = (byte)(value & 0x7f);
            value >>= 7;
            if (value == 0 && !(isSigned && (low & 0x40) != 0))
            {
                bytes.Add(low);
                return bytes;
            }
            bytes.Add((byte)(low | 0x80));
        }
    }
}
