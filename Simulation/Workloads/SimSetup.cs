using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>What a workload fills a world with.</summary>
internal sealed class SimSetup(SimWorld world)
{
    public SimRandom Random => world.Random;

    public SimPrograms Programs => world.Programs;

    /// <summary>Every call of every client, in the order in which they began.</summary>
    public List<ClientCall> Calls { get; } = [];

    /// <summary>Kernels on whose state nobody depends: they may be forked and rolled back.</summary>
    public List<KernelId> Scratch { get; } = [];

    public List<KernelId> Kernels { get; } = [];

    public KernelId Script(string id, string source, params (string Name, string Target)[] ports) =>
        Deploy(id, world.Programs.Compile(".gscript", source), ports);

    public KernelId Mova(string id, string source) => Deploy(id, world.Programs.Compile(".movasm", source), []);

    public KernelId Deploy(string id, SimProgram program, (string Name, string Target)[] ports)
    {
        KernelId kernel = KernelId.Parse(id);
        world.Deploy(
            kernel, program, KernelLimits.Default,
            [.. ports.Select(p => KeyValuePair.Create(p.Name, KernelId.Parse(p.Target)))]);
        Kernels.Add(kernel);
        return kernel;
    }

    /// <summary>A client that wants so many things, one after the other.</summary>
    /// <param name="next">Told the number of the thing, from 0 on.</param>
    /// <param name="pause">Median of its pauses, in milliseconds.</param>
    public void Client(int count, long pause, Func<int, ClientCall> next, Action<ClientCall>? done = null)
    {
        int made = 0;
        world.Clients.Add(new SimClient(
            world, SimNetwork.FirstClientEnd + world.Clients.Count,
            () =>
            {
                if (made == count)
                {
                    return null;
                }
                ClientCall call = next(made++);
                Calls.Add(call);
                return call;
            },
            call => done?.Invoke(call), pause * 1_000));
    }
}
