namespace Granary.Vms.Tests.Wasm;

/// <summary>Operators and conversions by the type of their result.</summary>
internal static class WasmRandomOperators
{
    private const byte I32 = 0x7f;
    private const byte I64 = 0x7e;
    private const byte F32 = 0x7d;
    private const byte F64 = 0x7c;

    public static void Operator(Random random, byte type, Action<byte> operand, List<byte> code)
    {
        switch (type)
        {
            case I32 when random.Next(3) == 0:
                Comparison(random, operand, code);
                break;
            case I32:
                Integer(random, I32, (0x67, 0x6a), [0x45, 0xc0, 0xc1], operand, code);
                break;
            case I64:
                Integer(random, I64, (0x79, 0x7c), [0xc2, 0xc3, 0xc4], operand, code);
                break;
            case F32:
                Float(random, F32, 0x8b, operand, code);
                break;
            default:
                Float(random, F64, 0x99, operand, code);
                break;
        }
    }

    private static void Comparison(Random random, Action<byte> operand, List<byte> code)
    {
        (byte type, byte first, int count) = random.Next(4) switch
        {
            0 => (I32, (byte)0x46, 10),
            1 => (I64, (byte)0x51, 10),
            2 => (F32, (byte)0x5b, 6),
            _ => (F64, (byte)0x61, 6),
        };
        operand(type);
        operand(type);
        code.Add((byte)(first + random.Next(count)));
    }

    private static void Integer(Random random, byte type, (byte Unary, byte Binary) first, byte[] others,
        Action<byte> operand, List<byte> code)
    {
        operand(type);
        if (random.Next(5) == 0)
        {
            int which = random.Next(3 + others.Length);
            code.Add(which < 3 ? (byte)(first.Unary + which) : others[which - 3]);
            return;
        }
        operand(type);
        code.Add((byte)(first.Binary + random.Next(15)));
    }

    private static void Float(Random random, byte type, byte first, Action<byte> operand, List<byte> code)
    {
        operand(type);
        if (random.Next(3) == 0)
        {
            code.Add((byte)(first + random.Next(7)));
            return;
        }
        operand(type);
        code.Add((byte)(first + 7 + random.Next(7)));
    }

    public static (byte Source, byte[] Op)[] Conversions(byte type) => type switch
    {
        I32 =>
        [
            (I64, [0xa7]), (F32, [0xa8]), (F32, [0xa9]), (F64, [0xaa]), (F64, [0xab]), (F32, [0xbc]), (I64, [0x50]),
            (F32, [0xfc, 0]), (F32, [0xfc, 1]), (F64, [0xfc, 2]), (F64, [0xfc, 3]),
        ],
        I64 =>
        [
            (I32, [0xac]), (I32, [0xad]), (F32, [0xae]), (F32, [0xaf]), (F64, [0xb0]), (F64, [0xb1]), (F64, [0xbd]),
            (F32, [0xfc, 4]), (F32, [0xfc, 5]), (F64, [0xfc, 6]), (F64, [0xfc, 7]),
        ],
        F32 => [(I32, [0xb2]), (I32, [0xb3]), (I64, [0xb4]), (I64, [0xb5]), (F64, [0xb6]), (I32, [0xbe])],
        _ => [(I32, [0xb7]), (I32, [0xb8]), (I64, [0xb9]), (I64, [0xba]), (F32, [0xbb]), (I64, [0xbf])],
    };
}
