using Granary.Kernels;
using Microsoft.Extensions.Logging;

namespace Granary.Gateway;

/// <summary>What all requests share.</summary>
internal sealed class GatewayCore(IKernelHost host, GatewayOptions options, ILogger log) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private int _connections;
    private bool _isLeaving;

    public IKernelHost Host { get; } = host;

    public GatewayOptions Options { get; } = options;

    public ILogger Log { get; } = log;

    public StreamSlots Streams { get; } = new(options.EventStreamsMax, options.EventStreamsPerClientMax);

    public EventTexts EventTexts { get; } = new();

    public SlotCounter WaitingCalls { get; } = new(options.WaitingCallsMax);

    public SlotCounter Heavy { get; } = new(options.HeavyRequestsMax);

    public SlotCounter BufferedBytes { get; } = new(options.BufferedBytesMax);

    /// <summary>Connections that are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The node is about to stop: clients are asked to go elsewhere, and are served as long as they do not.
    /// </summary>
    public bool IsLeaving => Volatile.Read(ref _isLeaving);

    /// <summary>Cancelled when the node begins to stop: who waits, stops waiting.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Leave() => Volatile.Write(ref _isLeaving, true);

    public void Stop()
    {
        Leave();
        _stopping.Cancel();
    }

    /// <summary>For the server: serves one connection.</summary>
    public async Task CountAsync(Func<Task> serve)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await serve().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    public void Dispose() => _stopping.Dispose();
}
