using System.Numerics;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>All results of one arithmetic instruction, in the order of the vectors' tables.</summary>
internal static class Mcs51AluTables
{
    public static byte[] Compute(byte opcode, Mcs51Variant variant, bool isFast)
    {
        byte[] rom = new byte[0x101];
        rom[0x100] = 0;
        Mcs51Machine machine = new(variant, rom);
        List<byte> table = [];
        void Run(int a, int b, int data, int psw)
        {
            (rom[0x80], rom[0x81]) = (opcode, (byte)data);
            machine.State.Pc = 0x80;
            machine.Sfr(Mcs51Registers.Acc) = (byte)a;
            machine.Sfr(Mcs51Registers.B) = (byte)b;
            machine.Sfr(Mcs51Registers.Psw) = (byte)(psw | (BitOperations.PopCount((uint)a) & 1));
            if (isFast)
            {
                Assert.True(machine.TryStepFast());
            }
            else
            {
                machine.StepSlowly();
            }
            table.Add(machine.Sfr(Mcs51Registers.Acc));
            if (opcode is 0xA4 or 0x84)
            {
                table.Add(machine.Sfr(Mcs51Registers.B));
            }
            table.Add(machine.Sfr(Mcs51Registers.Psw));
        }
        for (int a = 0; a < 256; a++)
        {
            switch (opcode)
            {
                case 0x24 or 0x34 or 0x94:
                    for (int n = 0; n < 512; n++)
                    {
                        Run(a, 0, n >> 1, (n & 1) << 7);
                    }
                    break;
                case 0xA4 or 0x84:
                    for (int b = 0; b < 256; b++)
                    {
                        Run(a, b, 0, 0x84);
                    }
                    break;
                case 0xD4:
                    for (int n = 0; n < 4; n++)
                    {
                        Run(a, 0, 0, (n >> 1) << 7 | (n & 1) << 6);
                    }
                    break;
                default:
                    Run(a, 0, 0, 0);
                    Run(a, 0, 0, 0x80);
                    break;
            }
        }
        return [.. table];
    }
}
