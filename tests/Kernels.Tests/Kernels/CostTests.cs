using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>What a message costs does not grow with what waits beside it.</summary>
public sealed class CostTests
{
    [Fact]
    public void A_message_costs_as_much_beside_a_thousand_others_as_alone()
    {
        TestKernel alone = TestKernel.Script("on start\n halt payload");
        TestKernel crowded = TestKernel.Script("""
            on fill
            again: add n 1
              send "p" "" n gas 1
              if n < 1000 goto again
            on start
              halt payload
            """, ports: ["p"]);
        crowded.Call(entry: "fill");
        crowded.Run();
        Assert.Equal(1_000, crowded.Kernel.Unacknowledged().Count);
        crowded.Command(new KernelCommand.Pause());
        for (int i = 0; i < 1_000; i++)
        {
            crowded.Call(entry: "start", payload: "x");
        }
        crowded.Command(new KernelCommand.Resume());

        long one = Allocated(() => alone.CallAndRun("x"));
        long many = Allocated(() =>
        {
            crowded.Effects.Clear();
            crowded.Kernel.Step(GasMeter.Unlimited);
            crowded.Call(entry: "start", payload: "x");
        });
        Assert.InRange(many, 0, 2 * one);
    }

    [Fact]
    public void A_checkpoint_writes_what_changed_and_not_what_is_there()
    {
        TestKernel k = TestKernel.Make(p => p.AddCode(new EngineId("paged", 1), [1]));
        k.CallAndRun(new string([.. Enumerable.Range(0, 255).SelectMany(p => (char[])[(char)p, 'x'])]));
        k.Checkpoint();
        k.CallAndRun("\u0003y");
        int before = k.Nodes.Puts;
        k.Checkpoint();
        Assert.InRange(k.Nodes.Puts - before, 5, 60);
    }

    private static long Allocated(Action message)
    {
        for (int i = 0; i < 20; i++)
        {
            message();
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            message();
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 200;
    }
}
