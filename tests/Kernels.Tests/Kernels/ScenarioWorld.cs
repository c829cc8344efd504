using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>
/// A few kernels and the calmest of hosts: every message arrives at once and in order, time flies to the next wake-up.
/// </summary>
internal sealed class ScenarioWorld
{
    private readonly TestPrograms _programs = new();
    private readonly MemoryNodes _nodes = new();

    public SortedDictionary<string, TestKernel> Kernels { get; } = new(StringComparer.Ordinal);

    public long Time { get; set; } = TestKernel.Start;

    public TestKernel this[string id] => Kernels[id];

    public TestKernel AddScript(string id, string source, params string[] ports) =>
        Add(id, _programs.AddScript(source), ports);

    public TestKernel AddMova(string id, string source) => Add(id, _programs.AddMova(source), []);

    /// <summary>Until nobody runs, sleeps or has anything to send.</summary>
    public void Settle(long sliceGas = GasMeter.Unlimited, Action<TestKernel>? between = null)
    {
        while (Step(sliceGas, between))
        {
        }
    }

    private bool Step(long sliceGas, Action<TestKernel>? between)
    {
        bool busy = false;
        foreach (TestKernel kernel in Kernels.Values)
        {
            kernel.Time = Time;
            while (kernel.Kernel.CanStep)
            {
                busy = true;
                kernel.Kernel.Step(sliceGas);
                between?.Invoke(kernel);
            }
            kernel.Collect();
            foreach (Envelope message in kernel.Kernel.Unacknowledged())
            {
                busy = true;
                Bring(kernel, message);
            }
        }
        if (busy)
        {
            return true;
        }
        if (Kernels.Values.Select(k => k.Kernel.WakeAt).Where(w => w is not null).Min() is not { } due)
        {
            return false;
        }
        Time = Math.Max(Time, due);
        foreach (TestKernel kernel in Kernels.Values)
        {
            kernel.Time = Time;
            kernel.Wake();
        }
        return true;
    }

    private void Bring(TestKernel sender, Envelope message)
    {
        if (!Kernels.TryGetValue(message.To.Value, out TestKernel? receiver))
        {
            sender.Acknowledge(message, ReplyStatus.NoSuchKernel);
            return;
        }
        receiver.Time = Time;
        if (receiver.Deliver(message).Status is DeliveryStatus.Taken or DeliveryStatus.Duplicate)
        {
            sender.Acknowledge(message);
        }
    }

    private TestKernel Add(string id, (EngineId Engine, Hash CodeHash) code, string[] ports)
    {
        TestKernel kernel = TestKernel.Create(_programs, _nodes, new KernelBirth
        {
            Id = TestKernel.Id(id), Engine = code.Engine, CodeHash = code.CodeHash,
            Ports = [.. ports.Select(p => KeyValuePair.Create(p, TestKernel.Id(p)))],
        });
        Kernels.Add(id, kernel);
        return kernel;
    }
}
