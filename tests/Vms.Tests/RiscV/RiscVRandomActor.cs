using static Granary.Vms.RiscV.Tests.RiscVAssembly;

namespace Granary.Vms.RiscV.Tests;

/// <summary>Actors that do anything that an actor can: every call with arguments that mostly mean something.</summary>
internal static class RiscVRandomActor
{
    private const int Buffer = DataStart + 0x800;
    private const int PiecesMax = 30;
    private const uint OpImmediate = 0x13;
    private const uint Op = 0x33;
    private const uint Load = 0x03;
    private const uint Store = 0x23;
    private const uint Atomic = 0x2f;

    /// <summary>Structures for calls, at the end of the places.</summary>
    private const int Structures = 4;

    /// <summary>What an atomic instruction does: lr is left out because it has one register less.</summary>
    private static readonly uint[] s_atomics = [0, 1, 3, 4, 8, 12, 16, 20, 24, 28];

    private static readonly int[] s_calls = [.. RiscVImports.Calls.Select(c => (int)c.Number)];

    public static byte[] Next(Random random)
    {
        RiscVAssembly a = new();
        int[] places = Data(a, random);
        int again = a.NewLabel();
        a.Li(S0, Buffer).Mark(again).Call((int)RiscVImports.Receive, -1);
        for (int pieces = random.Next(1, PiecesMax); pieces > 0; pieces--)
        {
            Add(a, random, places);
        }
        if (random.Next(4) != 0)
        {
            a.Jump(again);
        }
        byte[] file = a.ToElf();
        for (int damages = random.Next(8) == 0 ? random.Next(1, 4) : 0; damages > 0; damages--)
        {
            file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
        }
        return file;
    }

    /// <summary>Names, texts, and the structures that calls take; gives back where they are.</summary>
    private static int[] Data(RiscVAssembly a, Random random)
    {
        int[] names = [a.Text("peer"), a.Text("tick"), a.Text("a.b"), a.Text("")];
        List<int> places = [.. names, Buffer];
        for (int i = 0; i < Structures; i++)
        {
            long[] fields = new long[10];
            int[] lengths = [4, 4, 3, 0];
            for (int field = 0; field < 6; field += 2)
            {
                int name = random.Next(names.Length);
                (fields[field], fields[field + 1]) = (names[name], lengths[name]);
            }
            (fields[6], fields[7]) = (random.Next(1_000), random.Next(-1, 100));
            // Names of ports are pairs of address and length, as the first fields of such a structure are.
            (fields[8], fields[9]) = (i == 0 ? 0 : places[^1], i == 0 ? 0 : random.Next(2));
            if (random.Next(6) == 0)
            {
                fields[random.Next(fields.Length)] = Number(random, places);
            }
            places.Add(a.Longs(fields));
        }
        return [.. places];
    }

    private static void Add(RiscVAssembly a, Random random, int[] places)
    {
        switch (random.Next(10))
        {
            case < 5:
                int number = random.Next(30) == 0 ? random.Next(600) : s_calls[random.Next(s_calls.Length)];
                if (number is 93 or 538 or 539 && random.Next(3) != 0)
                {
                    return;
                }
                int[] arguments = Arguments(number, random, places);
                if (random.Next(6) == 0 && arguments.Length > 0)
                {
                    arguments[random.Next(arguments.Length)] = Number(random, places);
                }
                a.Call(number, arguments);
                break;
            case 5 when random.Next(3) == 0:
                // What a call has said goes on to another.
                a.Mv(A0 + random.Next(6), A0 + random.Next(6)).Ecall(s_calls[random.Next(s_calls.Length)]);
                break;
            case 6:
                int back = a.NewLabel();
                a.Li(S1, random.Next(1, 400)).Mark(back).Word(Instruction(random)).Addi(S1, S1, -1);
                a.BranchIfNotZero(S1, back);
                break;
            default:
                a.Word(random.Next(40) == 0 ? (uint)random.NextInt64(1L << 32) : Instruction(random));
                break;
        }
    }

    /// <summary>What the call of that number takes: names and texts of a few letters, structures, room.</summary>
    private static int[] Arguments(int number, Random random, int[] places)
    {
        int name = places[random.Next(3)];
        int room = random.Next(64);
        int structure = places[^random.Next(1, Structures + 1)];
        return number switch
        {
            512 => [random.Next(-1, 50)],
            513 => [random.Next(5), random.Next(8), Buffer, room],
            515 or 516 or 517 or 536 => [structure],
            518 => [random.Next(1, 3)],
            519 => [name, 4, 0, 0],
            520 => [name, 3, Buffer, room],
            521 => [name, 3, Buffer, room],
            523 => [name, random.Next(4), Buffer, room, Buffer + 64, room],
            527 or 528 or 538 or 539 => [Buffer, room],
            529 => [name, 3, Buffer, room],
            _ => [name, 3, random.Next(3)],
        };
    }

    /// <summary>Something with a0 to a5; loads and stores near the buffer.</summary>
    private static uint Instruction(Random random)
    {
        uint rd = (uint)random.Next(A0, A5 + 1) << 7;
        uint kind = (uint)random.Next(8) << 12;
        uint first = (uint)random.Next(A0, A5 + 1) << 15;
        uint second = (uint)random.Next(A0, A5 + 1) << 20;
        const uint near = (uint)S0 << 15;
        return random.Next(5) switch
        {
            0 => OpImmediate | rd | kind | first | (uint)random.Next(64) << 20,
            1 => Op | rd | kind | first | second | (random.Next(2) == 0 ? 1u << 25 : 0),
            2 => Load | rd | (uint)random.Next(7) << 12 | near | (uint)random.Next(-64, 512) << 20,
            3 => Store | (uint)random.Next(4) << 12 | near | second | (uint)random.Next(0, 32) << 7,
            _ => Atomic | rd | (uint)random.Next(2, 4) << 12 | near | second
                | s_atomics[random.Next(s_atomics.Length)] << 27,
        };
    }

    private static int Number(Random random, IReadOnlyList<int> places) => random.Next(7) switch
    {
        0 => -1,
        1 => random.Next(),
        2 => int.MinValue,
        3 => CodeStart + random.Next(0x100),
        4 => places[random.Next(places.Count)] + random.Next(-8, 0x900),
        _ => random.Next(64),
    };
}
