using Granary.Kernels;
using Microsoft.Extensions.Logging;

namespace Granary.Gateway;

/// <summary>What all requests share.</summary>
internal sealed class GatewayCore(IKernelHost host, GatewayOptions options, ILogger log) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public IKernelHost Host { get; } = host;

    public GatewayOptions Options { get; } = options;

    public ILogger Log { get; } = log;

    public StreamSlots Streams { get; } = new(options.EventStreamsMax, options.EventStreamsPerClientMax);

    public EventTexts EventTexts { get; } = new();

    public SlotCounter WaitingCalls { get; } = new(options.WaitingCallsMax);

    public SlotCounter Heavy { get; } = new(options.HeavyRequestsMax);

    public SlotCounter BufferedBytes { get; } = new(options.BufferedBytesMax);

    /// <summary>Cancelled when the node begins to stop: who waits, stops waiting.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();
}
