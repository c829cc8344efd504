using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>What is shown of a run, step by step.</summary>
public sealed class NockTraceTests
{
    [Fact]
    public void Each_step_is_shown_with_its_subject_and_looking_changes_nothing()
    {
        byte[] code = NockTestRun.GateOf(NounText.Parse("[40 2]"), NounText.Parse("[7 [4 0 2] 5 [0 1] 1 41]"));
        List<VmStep> steps = [];
        string looked = Run(code, steps);
        Assert.Equal(Run(code, null), looked);
        foreach (string first in (string[])["then [7 [4 0 2] 5 [0 1] 1 41]", "increment [4 0 2]"])
        {
            Assert.Contains(steps, s => s.Instruction == first && Value(s, "subject") == "[40 2]");
        }
        VmStep equal = Assert.Single(steps, s => s.Instruction == "equal [5 [0 1] 1 41]");
        Assert.Equal("41", Value(equal, "subject"));
        Assert.Contains(steps, s => s.Instruction == "constant [1 41]" && s.Depth == equal.Depth + 1);
        // Positions count steps: none comes twice.
        Assert.Equal(steps.Select(s => s.Position).Order().Distinct(), steps.Select(s => s.Position));
    }

    private static string Value(VmStep step, string name) => step.Values.Single(v => v.Key == name).Value;

    private static string Run(byte[] code, List<VmStep>? steps)
    {
        IVmContainer machine = NockTestRun.Engine.Load(code, VmLimits.Default).Start();
        machine.Enter(new VmEntry("text", Array.Empty<byte>(), ""));
        TestHost host = new(VmLimits.Default);
        long used = 0;
        while (true)
        {
            GasMeter gas = new(steps is null ? long.MaxValue : 1, 1_000_000 - used);
            VmExit exit = machine.Run(ref gas, host);
            used += gas.Used;
            if (exit is not VmExit.SliceEnded)
            {
                return $"{exit} {used}";
            }
            if (NockTestRun.Engine.Look(machine) is { } step)
            {
                steps!.Add(step);
            }
        }
    }
}
