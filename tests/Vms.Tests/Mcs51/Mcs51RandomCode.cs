using System.Buffers.Binary;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>Images that get somewhere: mostly whole instructions, with addresses and registers that matter.</summary>
internal static class Mcs51RandomCode
{
    // Direct addresses with something behind them: low RAM, stack pointer, timers, serial port, flags, accumulator.
    private static readonly byte[] s_addresses =
    [
        0x00, 0x07, 0x20, 0x30, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x98, 0x99,
        0xA0, 0xD0, 0xE0, 0xF0, 0xFF,
    ];

    public static byte[] Next(Random random)
    {
        byte[] code = new byte[random.Next(1, random.Next(8) == 0 ? 4_000 : 300)];
        random.NextBytes(code);
        if (random.Next(4) == 0)
        {
            return code;
        }
        for (int at = 0; at < code.Length;)
        {
            byte opcode = (byte)random.Next(256);
            ref readonly Mcs51OpInfo info = ref Mcs51Opcodes.Info(opcode);
            code[at++] = opcode;
            if (info.First is Mcs51Operand.Address16 && at + 1 < code.Length && random.Next(4) != 0)
            {
                // Most jumps stay inside, or little of the image would ever run.
                BinaryPrimitives.WriteUInt16BigEndian(code.AsSpan(at), (ushort)random.Next(code.Length));
                at += sizeof(ushort);
                continue;
            }
            for (int i = 1; i < info.Size && at < code.Length; i++)
            {
                code[at++] = random.Next(3) switch
                {
                    0 => s_addresses[random.Next(s_addresses.Length)],
                    1 => (byte)random.Next(-20, 20),
                    _ => (byte)random.Next(256),
                };
            }
        }
        return code;
    }
}
