using Granary.Vms;

namespace Granary.Kernels;

public sealed record EngineInfo(EngineId Id, string Summary, IReadOnlyList<LanguageInfo> Languages);

public sealed record LanguageInfo(string Name, string FileExtension);

/// <summary>A kernel to be made.</summary>
public sealed record DeployRequest
{
    public required KernelId Id { get; init; }

    public required EngineId Engine { get; init; }

    public required ReadOnlyMemory<byte> Code { get; init; }

    /// <summary>Ports that it holds from the start: name and target.</summary>
    public IReadOnlyList<KeyValuePair<string, KernelId>> Ports { get; init; } = [];
}

/// <summary>A message from a client.</summary>
public sealed record MessageRequest
{
    public required KernelId To { get; init; }

    /// <summary>The entry point; empty means the program's first.</summary>
    public string Entry { get; init; } = "";

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The budget for handling it; <see cref="GasMeter.Unlimited"/> for none.</summary>
    public long Gas { get; init; } = KernelLimits.MessageGasDefault;

    /// <summary>
    /// A key of at most 64 characters under which the kernel takes the message at most once; empty: none.
    /// </summary>
    public string IdempotencyKey { get; init; } = "";

    /// <summary>The W3C trace context (<c>traceparent</c>) that the message belongs to; empty for none.</summary>
    public string Trace { get; init; } = "";

    /// <summary>
    /// The message is not begun later than this after it was sent, nor anything that is sent while it is handled; null
    /// for no such bound. A call that is not begun in time is answered with <see cref="ReplyStatus.TimedOut"/>.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// For sending: it is a call all the same, whose reply is asked for later under the key
    /// (<see cref="IKernelHost.AwaitReplyAsync"/>). Without, the kernel keeps no reply. Not over HTTP: call there.
    /// </summary>
    public bool ExpectsReply { get; init; }
}

/// <summary>A timer that is set.</summary>
public sealed record TimerInfo(string Name, KernelTimer Timer);

/// <summary>A message that came to nothing and is kept.</summary>
/// <param name="Number">Names it within its kernel; never used again.</param>
public sealed record DeadLetterInfo(ulong Number, DeadLetter Letter);

/// <param name="Position">The place of the message in the kernel's journal.</param>
/// <param name="Duplicate">True when it had been taken before under the same idempotency key.</param>
public sealed record MessageAccepted(KernelId To, ulong Position, bool Duplicate);

public sealed record CallResult(
    ReplyStatus Status, ReadOnlyMemory<byte> Payload, long GasUsed, bool Duplicate, Receipt? Receipt);

/// <summary>What is known of a kernel.</summary>
public sealed record KernelInfo
{
    public required KernelId Id { get; init; }

    public required EngineId Engine { get; init; }

    public required Hash CodeHash { get; init; }

    public required KernelStatus Status { get; init; }

    public required ulong Generation { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The journal's last position.</summary>
    public required ulong Position { get; init; }

    public required Hash Chain { get; init; }

    public long? WakeAt { get; init; }

    public int InboxCount { get; init; }

    public long GasSpent { get; init; }

    /// <summary>Why it is quarantined or refused; otherwise empty.</summary>
    public string Reason { get; init; } = "";
}

public enum KernelEventKind : byte
{
    Printed = 1,
    Logged = 2,
    Emitted = 3,

    /// <summary>A message was ended: the topic says how, the text says more, for example trap, site and gas.</summary>
    Ended = 4,
    StatusChanged = 5,

    /// <summary>Events were dropped because the reader was slow, or asked for what is too long ago; the text is how
    /// many, or empty when nobody knows.</summary>
    Dropped = 6,
}

/// <param name="Topic">Of an emitted event; of an ended message the <see cref="ReplyStatus"/>, for example
/// <c>Trapped</c>; otherwise empty.</param>
/// <param name="EventId">Rises with every event of a host, also over its restarts; to go on behind it.</param>
public sealed record KernelEvent(
    KernelId Id, KernelEventKind Kind, long Time, string Topic, ReadOnlyMemory<byte> Content, KernelStatus Status,
    ulong EventId = 0);

public sealed record StateQuery
{
    public required KernelId Id { get; init; }

    /// <summary>Only keys that begin with this, for example <c>data/</c>.</summary>
    public ReadOnlyMemory<byte> Prefix { get; init; }

    /// <summary>Only keys above this one.</summary>
    public ReadOnlyMemory<byte> After { get; init; }

    public int Limit { get; init; } = 1_000;

    /// <summary>A kept checkpoint instead of the present.</summary>
    public CheckpointRef? At { get; init; }
}

public sealed record StateEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

public sealed record StateEvidence(Hash Root, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value, StateProof Proof);

/// <summary>Names a kept checkpoint by its name, its journal position, or its root. Exactly one is set.</summary>
public sealed record CheckpointRef
{
    public string? Name { get; init; }

    public ulong? Position { get; init; }

    public Hash? Root { get; init; }

    /// <summary>64 hexadecimal digits are a root, digits a position, all else a name.</summary>
    public static CheckpointRef Parse(string text)
    {
        if (Hash.TryParse(text, out Hash root))
        {
            return new CheckpointRef { Root = root };
        }
        return ulong.TryParse(text, System.Globalization.NumberStyles.None, null, out ulong position)
            ? new CheckpointRef { Position = position }
            : new CheckpointRef { Name = text };
    }

    public override string ToString() => Name ?? Root?.ToString() ?? $"position {Position}";
}

/// <param name="HalfDone">True when a message was being handled.</param>
public sealed record SnapshotInfo(
    string? Name, ulong Position, ulong Generation, Hash Root, Hash Chain, bool HalfDone, long Time);

public sealed record BundleInfo(KernelId Id, ulong Position, Hash Root, Hash Chain, long Bytes);

/// <param name="Kind">The entry's kind in one word, for example <c>received</c>.</param>
/// <param name="Text">The entry for people, one line.</param>
/// <param name="Fields">The entry's fields by name, for programs.</param>
public sealed record JournalItem(
    ulong Position, string Kind, string Text, IReadOnlyList<KeyValuePair<string, string>> Fields, Hash Chain);

/// <summary>Which steps of which message.</summary>
/// <param name="Message">The journal position of the message.</param>
/// <param name="After">Only steps behind this one; they count from 1.</param>
public sealed record TraceQuery(KernelId Id, ulong Message, ulong After = 0);

/// <summary>An instruction of a run that was executed again.</summary>
/// <param name="Gas">What the message had used before it.</param>
public sealed record TraceStep(ulong Number, long Gas, VmStep Step);

public sealed record VerifyProgress(ulong Position, ulong PositionLast);

/// <param name="Accepted">True when everything came out as recorded.</param>
/// <param name="FirstDifference">The position of the first entry that differs; null when accepted, or when what differs
/// is no entry (then the reason says what).</param>
/// <param name="Reason">What differs, for people; empty when accepted.</param>
public sealed record VerifyReport(
    KernelId Id, bool Accepted, ulong From, ulong To, ulong? FirstDifference, string Reason, Hash Chain, Hash Root,
    long GasExecuted);

/// <summary>A saved machine: what <c>rstate</c> reads and <c>wstate</c> writes.</summary>
/// <param name="Status">What it was doing: idle (ended), running, sleeping, receiving or awaiting.</param>
/// <param name="Text">The engine's description for people.</param>
public sealed record MachineState(EngineId Engine, KernelStatus Status, SnapshotBuffer Snapshot, string Text);

/// <summary>Proof of what handling a message did; its chain commits to all before it.</summary>
/// <param name="Input">The journal position of the message.</param>
/// <param name="InputHash">SHA-256 of that entry.</param>
/// <param name="Outcome">The journal position of the outcome.</param>
/// <param name="Chain">The journal's hash chain at the outcome.</param>
/// <param name="OutputHash">SHA-256 of the reply's payload.</param>
public sealed record Receipt(
    KernelId Kernel, ulong Generation, ulong Input, Hash InputHash, ulong Outcome, Hash Chain, long Gas,
    ReplyStatus Status,
    Hash OutputHash);
