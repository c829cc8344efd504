using System.Numerics;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>The fast loop beside the single step, which is written straight from the opcode table.</summary>
public sealed class Mcs51InterpreterTests
{
    private const int Programs = 1_500;
    private const int StepsEach = 400;

    [Theory]
    [InlineData(Mcs51Variant.Stock)]
    [InlineData(Mcs51Variant.Dacrs)]
    public void The_fast_loop_does_what_single_steps_do(Mcs51Variant variant)
    {
        long fastSteps = 0;
        for (int seed = 0; seed < Programs; seed++)
        {
            Random random = new(seed);
            byte[] rom = Mcs51RandomCode.Next(random);
            Mcs51Instruction[] code = Mcs51Decoder.Decode(rom, variant);
            Mcs51Machine fast = new(variant, rom);
            Mcs51Machine slow = new(variant, rom);
            random.NextBytes(fast.State.Chip);
            // The parity of a stock machine always agrees with its accumulator.
            bool isOdd = (BitOperations.PopCount(fast.Sfr(Mcs51Registers.Acc)) & 1) != 0;
            fast.Sfr(Mcs51Registers.Psw) = (byte)((fast.Sfr(Mcs51Registers.Psw) & 0xFE) | (isOdd ? 1 : 0));
            fast.State.Chip.CopyTo(slow.State.Chip, 0);
            for (long clock = 0; clock < StepsEach;)
            {
                long spent = Mcs51Interpreter.Sprint(code, rom, variant, fast.State, random.Next(1, 60));
                fastSteps += spent;
                fast.State.Clock += spent;
                while (slow.State.Clock < fast.State.Clock)
                {
                    StepSlowly(slow, variant);
                }
                StepSlowly(fast, variant);
                StepSlowly(slow, variant);
                clock = fast.State.Clock;
                Assert.True(fast.State.Pc == slow.State.Pc, $"seed {seed}, clock {clock}");
                Assert.True(fast.State.Chip.AsSpan().SequenceEqual(slow.State.Chip), $"seed {seed}, clock {clock}");
            }
            Assert.True(fast.State.Xdata.AsSpan().SequenceEqual(slow.State.Xdata), $"seed {seed}");
        }
        Assert.True(fastSteps > Programs * 50, $"{fastSteps} steps in the fast loop: too few to say anything.");
    }

    private static void StepSlowly(Mcs51Machine machine, Mcs51Variant variant)
    {
        long cost = variant == Mcs51Variant.Stock ? Mcs51Gas.Cycles(machine.NextOpcode) : Mcs51Gas.Step;
        machine.StepSlowly();
        machine.State.Clock += cost;
    }
}
