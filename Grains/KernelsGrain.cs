using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Vms;
using Orleans.Concurrency;

namespace Granary.Grains;

/// <summary>Serves clients of Orleans at whatever silo they come to.</summary>
[GrainType("granary.kernels"), StatelessWorker(1), Reentrant]
public sealed class KernelsGrain(SiloKernels silo) : Grain, IKernelsGrain
{
    public async Task Deploy(string id, string engine, byte[] code, KeyValuePair<string, string>[] ports)
    {
        try
        {
            await silo.Host.DeployAsync(new DeployRequest
            {
                Id = Parse(id), Code = code, Ports = [.. ports.Select(p => KeyValuePair.Create(p.Key, Parse(p.Value)))],
                Engine = EngineId.TryParse(engine, out EngineId known) ? known : throw Bad($"'{engine}' is no engine."),
            });
        }
        catch (KernelHostException error)
        {
            throw Refusals.ToWire(error);
        }
    }

    public async Task<EventsAnswer> ReadEvents(string kernel, ulong? after, int waitMilliseconds)
    {
        try
        {
            return EventAnswers.Of(await silo.Events.ReadAsync(
                kernel.Length > 0 ? Parse(kernel) : null, after, TimeSpan.FromMilliseconds(waitMilliseconds),
                CancellationToken.None));
        }
        catch (KernelHostException error)
        {
            throw Refusals.ToWire(error);
        }
    }

    private static KernelId Parse(string id) =>
        KernelId.TryParse(id, out KernelId known) ? known : throw Bad($"'{id}' is no kernel id.");

    private static KernelHostException Bad(string what) => new(KernelHostError.BadRequest, what, "");
}
