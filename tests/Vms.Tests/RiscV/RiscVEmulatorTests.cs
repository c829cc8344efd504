using System.Globalization;

namespace Granary.Vms.RiscV.Tests;

/// <summary>Random programs here and under an emulator: every register and every byte must be the same.</summary>
public sealed class RiscVEmulatorTests
{
    private const int SequencesPerProgram = 100;

    [RiscVToolFact(RiscVTools.Emulator)]
    public void Random_programs_leave_what_they_leave_under_the_emulator()
    {
        string? wanted = Environment.GetEnvironmentVariable("GRANARY_RISCV_PROGRAMS");
        int programs = wanted is null ? 1_000 : int.Parse(wanted, NumberFormatInfo.InvariantInfo);
        string file = Path.GetTempFileName();
        try
        {
            for (int seed = 0; seed < programs / SequencesPerProgram; seed++)
            {
                Compare(seed, file);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Compare(int seed, string file)
    {
        RiscVRandomProgram program = new(seed, SequencesPerProgram);
        File.WriteAllBytes(file, program.Elf);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        byte[] theirs = RiscVTools.RunEmulated(file);
        byte[] ours = Run(program);
        Assert.Equal(theirs.Length, ours.Length);
        int different = theirs.AsSpan().CommonPrefixLength(ours);
        Assert.True(different == ours.Length,
            $"seed {seed}, sequence {RiscVRandomProgram.SequenceOf(different)}, output byte {different}");
    }

    private static byte[] Run(RiscVRandomProgram program)
    {
        // Version 0 has no bits, 2 fuses: the actor's instructions are what the emulator runs.
        RiscVHart hart = RiscVElf.Load(program.Elf, RiscVProfile.Actor, 1 << 24).Start();
        long budget = 1 << 30;
        Assert.Equal(RiscVStop.Ecall, RiscVInterpreter.Run<RiscVBlocks>(hart, ref budget));
        Assert.Equal(RiscVRandomProgram.Write, hart.X[RiscVHart.A7]);
        return hart.Memory.Bytes[program.OutputStart..(program.OutputStart + program.OutputBytes)];
    }
}
