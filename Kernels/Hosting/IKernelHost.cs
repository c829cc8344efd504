namespace Granary.Kernels;

/// <summary>
/// What one can do with kernels, whoever hosts them: a process with a data folder, or a node behind HTTP. Every command
/// of the command line goes through it.
/// </summary>
/// <remarks>
/// Errors are <see cref="KernelHostException"/>: what, and what to do. A method that changes something returns when the
/// change is durable.
/// </remarks>
public interface IKernelHost : IAsyncDisposable
{
    /// <summary>What and where, for people: <c>data folder /home/a/.local/state/granary</c>.</summary>
    string Description { get; }

    /// <summary>Whether it can do its work at present.</summary>
    HostHealth Health => HostHealth.Sound;

    /// <summary>The engines of this host.</summary>
    Task<IReadOnlyList<EngineInfo>> ListEnginesAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a kernel of code. It does nothing until a message comes.</summary>
    Task<KernelInfo> DeployAsync(DeployRequest request, CancellationToken cancellationToken = default);

    /// <summary>Kernels in the order of their ids.</summary>
    IAsyncEnumerable<KernelInfo> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One kernel.</summary>
    Task<KernelInfo> GetAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>Sends a message; returns when it is in the kernel's journal.</summary>
    Task<MessageAccepted> SendAsync(MessageRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a message and waits for the reply. Cancelling stops the waiting, not the message.
    /// </summary>
    Task<CallResult> CallAsync(MessageRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits for the reply to a call that was made under an idempotency key, by whomever; null when the kernel does not
    /// remember the key. Cancelling stops the waiting, not the message.
    /// </summary>
    Task<CallResult?> AwaitReplyAsync(
        KernelId id, string idempotencyKey, CancellationToken cancellationToken = default);

    /// <summary>
    /// Done when <see cref="WatchAsync"/> misses nothing that happens from now on: at once, unless the host must tell
    /// others first.
    /// </summary>
    Task BeginWatchingAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>
    /// What kernels print, log, emit and become; of one kernel, or of all: from now on, or behind the event of the id
    /// <paramref name="after"/>. Events that nobody reads fast enough, and those too long ago, are dropped, and a
    /// <see cref="KernelEventKind.Dropped"/> says so.
    /// </summary>
    IAsyncEnumerable<KernelEvent> WatchAsync(
        KernelId? id, ulong? after = null, CancellationToken cancellationToken = default);

    /// <summary>Entries of the state tree as of the last commit, in the order of their keys.</summary>
    IAsyncEnumerable<StateEntry> ReadStateAsync(StateQuery query, CancellationToken cancellationToken = default);

    /// <summary>A proof that a key has a value, or that it is absent, under the root of the last commit.</summary>
    Task<StateEvidence> ProveAsync(
        KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Checkpoints the kernel as it is, at a safe point even in mid-message, and keeps it under a name.
    /// </summary>
    Task<SnapshotInfo> SnapshotAsync(KernelId id, string name, CancellationToken cancellationToken = default);

    /// <summary>The kept checkpoints, oldest first.</summary>
    Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>A copy that goes on by itself from where the kernel is, or from one of its kept checkpoints.</summary>
    Task<KernelInfo> ForkAsync(
        KernelId id, KernelId newId, CheckpointRef? from, CancellationToken cancellationToken = default);

    /// <summary>Takes program, machine and data back to a kept checkpoint; messages that wait, keep waiting.</summary>
    Task<KernelInfo> RollbackAsync(KernelId id, CheckpointRef to, CancellationToken cancellationToken = default);

    /// <summary>Stops running it, at the next safe point; messages are still taken.</summary>
    Task<KernelInfo> PauseAsync(KernelId id, CancellationToken cancellationToken = default);

    Task<KernelInfo> ResumeAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends a message as if it had trapped: the one of that journal position, which may still wait, or (null) the one
    /// that is being handled.
    /// </summary>
    Task<KernelInfo> CancelAsync(
        KernelId id, ulong? message = null, CancellationToken cancellationToken = default);

    /// <summary>The timers that are set, by programs or by <see cref="SetTimerAsync"/>, by name.</summary>
    Task<IReadOnlyList<TimerInfo>> ListTimersAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Has the kernel get a message at a time, once or periodically; in place of a timer of the same name. After a time
    /// in which the kernel could not run, a periodic one fires once, with a count.
    /// </summary>
    Task<KernelInfo> SetTimerAsync(
        KernelId id, string name, KernelTimer timer, CancellationToken cancellationToken = default);

    Task<KernelInfo> ClearTimerAsync(KernelId id, string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Messages that came to nothing and that nobody was owed a reply for, oldest first: those to this kernel that
    /// trapped each time, reverted, or came too late, and those from it whose receiver is gone.
    /// </summary>
    Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
        KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes a dead letter out and tries again, whatever its deadline was: behind all messages that wait.
    /// </summary>
    Task<KernelInfo> ResendDeadLetterAsync(KernelId id, ulong number, CancellationToken cancellationToken = default);

    /// <summary>Forgets a dead letter.</summary>
    Task<KernelInfo> DropDeadLetterAsync(KernelId id, ulong number, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives the kernel a port to another, which must exist, or (null) takes the port away.
    /// </summary>
    Task<KernelInfo> SetPortAsync(
        KernelId id, string name, KernelId? target, CancellationToken cancellationToken = default);

    /// <summary>Deletes state and journal. The id is never used again.</summary>
    Task DeleteAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>Writes a bundle: the kernel as it is, at a safe point, with code, journal and checkpoints.</summary>
    /// <remarks>
    /// Forks, rollbacks and the collector may wait until it is written: give it a file, not a connection to somebody
    /// slow.
    /// </remarks>
    Task<BundleInfo> ExportAsync(KernelId id, Stream output, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a kernel of a bundle, under its own id or another; it goes on with the next instruction.
    /// </summary>
    Task<KernelInfo> ImportAsync(Stream bundle, KernelId? newId, CancellationToken cancellationToken = default);

    /// <summary>The journal above a position, decoded.</summary>
    IAsyncEnumerable<JournalItem> ReadJournalAsync(
        KernelId id, ulong after, CancellationToken cancellationToken = default);

    /// <summary>Executes the journal again from a kept checkpoint (null: the first) and compares everything.</summary>
    Task<VerifyReport> VerifyAsync(
        KernelId id, CheckpointRef? from, IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// What the machine did with a message, instruction by instruction, also years later: the journal is executed again
    /// from the checkpoint before it. Of engines that have traces.
    /// </summary>
    IAsyncEnumerable<TraceStep> TraceAsync(TraceQuery query, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="VerifyAsync"/>, for a bundle, importing nothing.</summary>
    Task<VerifyReport> VerifyBundleAsync(
        Stream bundle, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken = default);

    /// <summary>The machine as it is, at a safe point.</summary>
    Task<MachineState> ReadMachineAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the machine; a message that is being handled is cancelled first. The kernel goes on from the new
    /// machine's position. Both must be of the same engine; brings no ports and no data.
    /// </summary>
    Task<KernelInfo> WriteMachineAsync(
        KernelId id, MachineState machine, CancellationToken cancellationToken = default);
}
