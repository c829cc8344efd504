using System.Diagnostics;
using System.Runtime.CompilerServices;
using Granary.Kernels;

namespace Granary.Grains.Interfaces;

/// <summary>
/// Kernels for .NET programs in the cluster's network that are clients of Orleans (<see cref="IClusterClient"/>), or
/// grains of their own. Everything survives migration and loss of silos: requests are asked again until
/// <see cref="Patience"/> is over.
/// </summary>
/// <remarks>
/// There are no tokens here: who reaches the ports of silos may do everything. Errors are
/// <see cref="KernelHostException"/>. Calls go under the trace of <see cref="Activity.Current"/> unless they name one.
/// </remarks>
public sealed class KernelClient
{
    /// <summary>Below the 30 s after which Orleans gives a call up.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    private readonly IGrainFactory _grains;
    private readonly TimeProvider _clock;
    private readonly KernelCalls _calls;

    /// <param name="grains">A cluster client, connected; or a grain factory of a silo.</param>
    /// <param name="patience">How long to look for a kernel whose silo is gone; a minute when null.</param>
    /// <param name="clock">The system's when null.</param>
    public KernelClient(IGrainFactory grains, TimeSpan? patience = null, TimeProvider? clock = null)
    {
        (_grains, _clock, Patience) = (grains, clock ?? TimeProvider.System, patience ?? TimeSpan.FromMinutes(1));
        _calls = new KernelCalls(() => grains, s_wait, Patience, _clock);
    }

    /// <summary>How long a request is asked again while no silo has its kernel.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Makes a kernel of code; returns when it is durable.</summary>
    public Task DeployAsync(DeployRequest request, CancellationToken cancellationToken = default)
    {
        byte[] code = request.Code.ToArray();
        KeyValuePair<string, string>[] ports =
            [.. request.Ports.Select(p => KeyValuePair.Create(p.Key, p.Value.Value))];
        return _calls.AskAsync(
            request.Id,
            async () =>
            {
                await Any.Deploy(request.Id.Value, request.Engine.ToString(), code, ports).ConfigureAwait(false);
                return true;
            },
            isRepeatable: false, cancellationToken);
    }

    /// <summary>Sends a message; returns when it is durable, taken once.</summary>
    public Task<MessageAccepted> SendAsync(MessageRequest request, CancellationToken cancellationToken = default) =>
        _calls.SendAsync(
            ToEnvelope(request, request.ExpectsReply ? MessageKind.Call : MessageKind.Send), cancellationToken);

    /// <summary>
    /// Sends a message and waits for the reply, however long the program runs. Cancelling stops the waiting, not the
    /// message. With a key of the caller's own a call can be made again, also by another process: it is taken once, and
    /// every time the answer is the same.
    /// </summary>
    public async Task<CallResult> CallAsync(MessageRequest request, CancellationToken cancellationToken = default) =>
        (await _calls.CallAsync(ToEnvelope(request, MessageKind.Call), onlyIfKnown: false, cancellationToken)
            .ConfigureAwait(false))!;

    /// <summary>Waits for the reply to a call that was made under a key; null when the kernel does not remember it.
    /// </summary>
    public Task<CallResult?> AwaitReplyAsync(
        KernelId id, string idempotencyKey, CancellationToken cancellationToken = default) => _calls.CallAsync(
            ToEnvelope(new MessageRequest { To = id, IdempotencyKey = idempotencyKey }, MessageKind.Call),
            onlyIfKnown: true, cancellationToken);

    /// <summary>Entries of the state as of the last commit, in the order of their keys; the present only.</summary>
    public async Task<IReadOnlyList<StateEntry>> ReadStateAsync(
        StateQuery query, CancellationToken cancellationToken = default)
    {
        if (query.At is not null)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "Kept checkpoints are not read here.", "Read them over HTTP.");
        }
        byte[] prefix = query.Prefix.ToArray();
        byte[] after = query.After.ToArray();
        EntryAnswer[] entries = await _calls.AskAsync(
            query.Id, grain => grain.ReadState(prefix, after, query.Limit), isRepeatable: true, cancellationToken)
            .ConfigureAwait(false);
        return [.. entries.Select(e => new StateEntry(e.Key, e.Value))];
    }

    /// <summary>The name of the silo where a kernel is.</summary>
    public async Task<string> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        (await _calls.AskAsync(id, grain => grain.Where(), isRepeatable: true, cancellationToken)
            .ConfigureAwait(false)).Name;

    /// <summary>A cursor: watching behind it begins with what happens now.</summary>
    public async Task<ulong> ReadCursorAsync(CancellationToken cancellationToken = default) =>
        (await ReadEventsAsync(null, null, cancellationToken).ConfigureAwait(false)).UpTo;

    /// <summary>
    /// What kernels print, log, emit and become, behind the event of a cursor, in one order for the whole cluster. What
    /// is too long ago, or was lost with a silo, is a <see cref="KernelEventKind.Dropped"/>.
    /// </summary>
    public async IAsyncEnumerable<KernelEvent> WatchAsync(
        KernelId? id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ulong cursor = after;
        while (true)
        {
            EventsAnswer page = await ReadEventsAsync(id, cursor, cancellationToken).ConfigureAwait(false);
            if (page.Missed)
            {
                yield return new KernelEvent(
                    id ?? KernelId.Client, KernelEventKind.Dropped, _clock.GetUtcNow().ToUnixTimeMilliseconds(), "",
                    default, KernelStatus.Idle, cursor);
            }
            foreach (EventAnswer happened in page.Events)
            {
                yield return happened.ToEvent();
            }
            cursor = page.UpTo;
        }
    }

    private IKernelsGrain Any => _grains.GetGrain<IKernelsGrain>(0);

    private Task<EventsAnswer> ReadEventsAsync(KernelId? id, ulong? after, CancellationToken cancellationToken) =>
        _calls.AskAsync(
            id ?? KernelId.Client, () => Any.ReadEvents(id?.Value ?? "", after, (int)s_wait.TotalMilliseconds),
            isRepeatable: true, cancellationToken);

    private Envelope ToEnvelope(MessageRequest request, MessageKind kind) => (request.Trace.Length > 0
        ? request
        : request with { Trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : "" })
        .ToEnvelope(kind, _clock.GetUtcNow().ToUnixTimeMilliseconds());
}
