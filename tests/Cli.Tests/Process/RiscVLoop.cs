using Granary.Vms.RiscV.Tests;

namespace Granary.Cli.Tests;

/// <summary>
/// A loop that scatters random numbers over 64 KiB, and then prints a sum over them: two million turns for each unit of
/// the digit that it is sent.
/// </summary>
internal static class RiscVLoop
{
    private const int T0 = 5;
    private const int T1 = 6;
    private const int S2 = 18;
    private const int S3 = 19;
    private const int Table = RiscVAssembly.DataStart;
    private const int TableBytes = 0x10000;
    private const int Text = Table + TableBytes;
    private const int TextBytes = 16;

    public static byte[] Build(bool isActor)
    {
        RiscVAssembly a = new() { ZeroBytes = TableBytes + 0x1000 };
        int again = a.NewLabel();
        a.Mark(again);
        if (isActor)
        {
            a.Call(512, -1).Call(513, 0, 0, Text, 1).Li(T0, Text);
        }
        else
        {
            // The first argument.
            a.Ld(T0, 8, rs1: 2);
        }
        a.Lbu(T1, 0, T0).Addi(T1, T1, -'0');
        Shift(a, S2, T1, 21);
        Scatter(a);
        AddUp(a);
        Write(a);
        if (isActor)
        {
            a.Call(528, Text, TextBytes).Jump(again);
        }
        else
        {
            a.Call(2177, Text).Call(93, 0);
        }
        return a.ToElf();
    }

    // Xorshift; its numbers are added to where they point.
    private static void Scatter(RiscVAssembly a)
    {
        int turn = a.NewLabel();
        a.Li(RiscVAssembly.S0, Table).Li(RiscVAssembly.S1, 88_172_645).Li(S3, TableBytes - 8).Mark(turn);
        foreach (int distance in (int[])[13, -7, 17])
        {
            Shift(a, T0, RiscVAssembly.S1, distance);
            Operate(a, 0x4000, RiscVAssembly.S1, RiscVAssembly.S1, T0);
        }
        Shift(a, T0, RiscVAssembly.S1, -32);
        Operate(a, 0x7000, T0, T0, S3);
        Operate(a, 0, T0, T0, RiscVAssembly.S0);
        a.Ld(T1, 0, T0);
        Operate(a, 0, T1, T1, RiscVAssembly.S1);
        a.Sd(T1, 0, T0).Addi(S2, S2, -1).BranchIfNotZero(S2, turn);
    }

    private static void AddUp(RiscVAssembly a)
    {
        int turn = a.NewLabel();
        a.Li(T0, Table).Li(S2, TableBytes / 8).Li(RiscVAssembly.S1, 0).Li(S3, 31).Mark(turn);
        Operate(a, 1 << 25, RiscVAssembly.S1, RiscVAssembly.S1, S3);
        a.Ld(T1, 0, T0);
        Operate(a, 0, RiscVAssembly.S1, RiscVAssembly.S1, T1);
        a.Addi(T0, T0, 8).Addi(S2, S2, -1).BranchIfNotZero(S2, turn);
    }

    // Sixteen letters, one for each four bits.
    private static void Write(RiscVAssembly a)
    {
        int turn = a.NewLabel();
        a.Li(T0, Text).Li(S2, TextBytes).Li(S3, 15).Mark(turn);
        Operate(a, 0x7000, T1, RiscVAssembly.S1, S3);
        a.Addi(T1, T1, 'a').Word((uint)T1 << 20 | (uint)T0 << 15 | 0x23);
        Shift(a, RiscVAssembly.S1, RiscVAssembly.S1, -4);
        a.Addi(T0, T0, 1).Addi(S2, S2, -1).BranchIfNotZero(S2, turn);
    }

    /// <param name="kind">Add 0, multiply 1 &lt;&lt; 25, xor 0x4000, and 0x7000.</param>
    private static void Operate(RiscVAssembly a, uint kind, int rd, int rs1, int rs2) =>
        a.Word((uint)rs2 << 20 | (uint)rs1 << 15 | kind | (uint)rd << 7 | 0x33);

    /// <param name="distance">To the left; negative: to the right, zeros coming in.</param>
    private static void Shift(RiscVAssembly a, int rd, int rs1, int distance) => a.Word(
        (uint)Math.Abs(distance) << 20 | (uint)rs1 << 15 | (distance > 0 ? 0x1000u : 0x5000u) | (uint)rd << 7 | 0x13);
}
