namespace Granary.Grains.Interfaces;

/// <summary>
/// What a client of Orleans asks of any silo about kernels; the grain's key does not matter. Refusals are
/// <see cref="KernelRefusedException"/>.
/// </summary>
[Alias("granary.IKernelsGrain")]
public interface IKernelsGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a kernel; returns when it is durable.</summary>
    [Alias("deploy")]
    Task Deploy(string id, string engine, [Immutable] byte[] code, KeyValuePair<string, string>[] ports);

    /// <summary>Events above a cursor; waits for one, at most for so long.</summary>
    /// <param name="kernel">Empty: of all.</param>
    /// <param name="after">Null: none, only the cursor of now.</param>
    [Alias("events")]
    Task<EventsAnswer> ReadEvents(string kernel, ulong? after, int waitMilliseconds);
}
