using System.Text;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// A kernel's dealings with others. They are not the program's: no trap undoes them, a fork starts without them, a
/// rollback keeps them.
/// </summary>
internal sealed class KernelBooks
{
    private const long KeyedReplyBytesMax = 4 << 20;
    private const int ForsakenMax = 64;
    private static readonly byte[] _handledKey = TreeKeys.Of(TreeKeys.Handled);

    private readonly Dictionary<string, ulong> _keys = new(StringComparer.Ordinal);
    private long _keyedReplyBytes;
    private long _deadLetterBytes;

    /// <summary>By journal position: the order of arrival.</summary>
    public Ledger<ulong, Envelope> Inbox { get; } = new(
        TreeKeys.Inbox, Comparer<ulong>.Default, n => TreeKeys.OfNumber(TreeKeys.Inbox, n), EnvelopeCodec.Encode);

    /// <summary>Sent and not acknowledged, by receiver, generation and number.</summary>
    public Ledger<(KernelId To, ulong Generation, ulong Number), Envelope> Outbox { get; } = new(
        TreeKeys.Outbox, Comparer<(KernelId, ulong, ulong)>.Default,
        k => TreeKeys.OfId(TreeKeys.Outbox, k.To, k.Generation, k.Number), EnvelopeCodec.Encode);

    /// <summary>The number of the last message taken, by sender and generation.</summary>
    public Ledger<(KernelId From, ulong Generation), ulong> Seen { get; } = new(
        TreeKeys.Seen, Comparer<(KernelId, ulong)>.Default,
        k => TreeKeys.OfId(TreeKeys.Seen, k.From, k.Generation), EncodeNumber);

    /// <summary>The number of the last message sent in this generation, by receiver.</summary>
    public Ledger<KernelId, ulong> Sent { get; } = new(
        TreeKeys.Sent, Comparer<KernelId>.Default, k => TreeKeys.OfId(TreeKeys.Sent, k), EncodeNumber);

    public Ledger<ulong, OpenCall> Calls { get; } = new(
        TreeKeys.Calls, Comparer<ulong>.Default, n => TreeKeys.OfNumber(TreeKeys.Calls, n), c => c.Encode());

    /// <summary>By journal position of the message, so that the oldest is forgotten first.</summary>
    public Ledger<ulong, KeyedMessage> Keyed { get; } = new(
        TreeKeys.IdempotencyKeys, Comparer<ulong>.Default, n => TreeKeys.OfNumber(TreeKeys.IdempotencyKeys, n),
        k => k.Encode());

    /// <summary>By name.</summary>
    public Ledger<string, KernelTimer> Timers { get; } = new(
        TreeKeys.Timers, StringComparer.Ordinal, n => TreeKeys.Of(TreeKeys.Timers + n), t => t.Encode());

    /// <summary>The ports to itself that the program has made and not revoked.</summary>
    public Ledger<ulong, bool> Grants { get; } = new(
        TreeKeys.Grants, Comparer<ulong>.Default, n => TreeKeys.OfNumber(TreeKeys.Grants, n), static _ => []);

    /// <summary>By number: the order in which they were given up.</summary>
    public Ledger<ulong, DeadLetter> DeadLetters { get; } = new(
        TreeKeys.DeadLetters, Comparer<ulong>.Default, n => TreeKeys.OfNumber(TreeKeys.DeadLetters, n),
        d => d.Encode());

    /// <summary>The message being handled, when nobody is owed a reply for it: it may become a dead letter.</summary>
    public Envelope? Handled { get; set; }

    /// <summary>The number of the last dead letter; never goes back.</summary>
    public ulong LastDeadLetter { get; set; }

    public long InboxBytes { get; private set; }

    public long OutboxBytes { get; private set; }

    public void Enqueue(ulong position, Envelope message)
    {
        Inbox.Set(position, message);
        InboxBytes += message.Payload.Length;
    }

    public (ulong Position, Envelope Message) Dequeue()
    {
        (ulong position, Envelope message) = Inbox.First();
        Inbox.Remove(position);
        InboxBytes -= message.Payload.Length;
        return (position, message);
    }

    /// <summary>Takes a message out of the middle; it must be there.</summary>
    public Envelope Withdraw(ulong position)
    {
        Envelope message = Inbox.Items[position];
        Inbox.Remove(position);
        InboxBytes -= message.Payload.Length;
        return message;
    }

    /// <summary>Gives a message its number and keeps it until it is acknowledged.</summary>
    public Envelope Post(Envelope message)
    {
        ulong number = Sent.TryGet(message.To, out ulong last) ? last + 1 : 1;
        Sent.Set(message.To, number);
        Envelope numbered = message with { Number = number };
        Outbox.Set((numbered.To, numbered.FromGeneration, number), numbered);
        OutboxBytes += numbered.Payload.Length;
        return numbered;
    }

    /// <summary>Takes an acknowledged message out; null when it was out already.</summary>
    public Envelope? Settle(KernelId to, ulong generation, ulong number)
    {
        if (!Outbox.TryGet((to, generation, number), out Envelope? message))
        {
            return null;
        }
        Outbox.Remove((to, generation, number));
        OutboxBytes -= message.Payload.Length;
        return message;
    }

    /// <summary>Keeps a message that came to nothing, and forgets the oldest when they are too many.</summary>
    public void Bury(DeadLetter letter, KernelLimits limits)
    {
        DeadLetters.Set(++LastDeadLetter, letter);
        _deadLetterBytes += letter.Message.Payload.Length;
        while (DeadLetters.Count > limits.DeadLettersMax
            || (_deadLetterBytes > limits.DeadLetterBytesMax && DeadLetters.Count > 1))
        {
            Exhume(DeadLetters.First().Key);
        }
    }

    /// <summary>Takes a dead letter out; null when there is none of that number.</summary>
    public DeadLetter? Exhume(ulong number)
    {
        if (!DeadLetters.TryGet(number, out DeadLetter? letter))
        {
            return null;
        }
        DeadLetters.Remove(number);
        _deadLetterBytes -= letter.Message.Payload.Length;
        return letter;
    }

    /// <summary>The timer that fires first; of several the one whose name comes first.</summary>
    public (string Name, KernelTimer Timer)? NextTimer()
    {
        (string Name, KernelTimer Timer)? next = null;
        if (Timers.Count == 0)
        {
            // Asked after every turn: even an enumerator is too much then.
            return null;
        }
        foreach ((string name, KernelTimer timer) in Timers.Items)
        {
            if (next is null || timer.Due < next.Value.Timer.Due)
            {
                next = (name, timer);
            }
        }
        return next;
    }

    public int ForsakenCount { get; private set; }

    /// <summary>Nobody waits for the reply any more; the gas that it brings back may be of use.</summary>
    public void Forsake(ulong callId, OpenCall call)
    {
        Calls.Set(callId, call with { IsForsaken = true });
        if (++ForsakenCount > ForsakenMax)
        {
            Forget(Calls.Items.First(c => c.Value.IsForsaken).Key);
        }
    }

    /// <summary>Gas that late replies have brought back.</summary>
    public long TakeForsakenGas()
    {
        long gas = 0;
        if (ForsakenCount > 0)
        {
            foreach ((ulong callId, OpenCall call) in
                Calls.Items.Where(c => c.Value is { IsForsaken: true, Gas: > 0 }).ToList())
            {
                gas += call.Gas;
                Forget(callId);
            }
        }
        return gas;
    }

    /// <summary>The message whose budget they were paid from has ended.</summary>
    public void ForgetForsaken()
    {
        if (ForsakenCount > 0)
        {
            foreach (ulong callId in Calls.Items.Where(c => c.Value.IsForsaken).Select(c => c.Key).ToList())
            {
                Forget(callId);
            }
        }
    }

    public void AddKey(string key, ulong position, int keysMax)
    {
        Keyed.Set(position, new KeyedMessage(key, false, ReplyStatus.Ok, default, 0, 0, default));
        _keys[key] = position;
        ForgetOldKeys(keysMax);
    }

    public bool TryFindKey(string key, out ulong position) => _keys.TryGetValue(key, out position);

    /// <summary>Remembers the reply to a message that came under a key, if the key is still remembered.</summary>
    public void CompleteKey(ulong position, ReplyStatus status, ReadOnlyMemory<byte> payload, long gasUsed,
        ulong outcome, in Hash chain, int keysMax)
    {
        if (Keyed.TryGet(position, out KeyedMessage? keyed) && !keyed.Done)
        {
            Keyed.Set(position, new KeyedMessage(keyed.Key, true, status, payload, gasUsed, outcome, chain));
            _keyedReplyBytes += payload.Length;
            ForgetOldKeys(keysMax);
        }
    }

    /// <summary>A new generation numbers its messages anew.</summary>
    public void BeginGeneration()
    {
        Sent.Clear();
        Inbox.MarkAllChanged();
        Outbox.MarkAllChanged();
        Seen.MarkAllChanged();
        Calls.MarkAllChanged();
        Keyed.MarkAllChanged();
        Grants.MarkAllChanged();
        DeadLetters.MarkAllChanged();
    }

    public StateTree WriteTo(StateTree tree)
    {
        tree = Inbox.WriteTo(tree);
        tree = Outbox.WriteTo(tree);
        tree = Seen.WriteTo(tree);
        tree = Sent.WriteTo(tree);
        tree = Calls.WriteTo(tree);
        tree = Timers.WriteTo(tree);
        tree = Grants.WriteTo(tree);
        tree = DeadLetters.WriteTo(tree);
        tree = Handled is null ? tree.Delete(_handledKey) : tree.Put(_handledKey, EnvelopeCodec.Encode(Handled));
        return Keyed.WriteTo(tree);
    }

    public void MarkWritten()
    {
        Inbox.MarkWritten();
        Outbox.MarkWritten();
        Seen.MarkWritten();
        Sent.MarkWritten();
        Calls.MarkWritten();
        Timers.MarkWritten();
        Grants.MarkWritten();
        DeadLetters.MarkWritten();
        Keyed.MarkWritten();
    }

    public void ReadFrom(StateTree tree)
    {
        Inbox.ReadFrom(tree, k => TreeKeys.ReadNumber(k.Span), v => EnvelopeCodec.Decode(v.Span));
        Outbox.ReadFrom(tree, DecodeOutboxKey, v => EnvelopeCodec.Decode(v.Span));
        Seen.ReadFrom(tree, k => (DecodeId(k[..^sizeof(ulong)]), TreeKeys.ReadNumber(k.Span)), DecodeNumber);
        Sent.ReadFrom(tree, DecodeId, DecodeNumber);
        Calls.ReadFrom(tree, k => TreeKeys.ReadNumber(k.Span), v => OpenCall.Decode(v.Span));
        Keyed.ReadFrom(tree, k => TreeKeys.ReadNumber(k.Span), v => KeyedMessage.Decode(v.Span));
        Timers.ReadFrom(tree, k => Encoding.ASCII.GetString(k.Span), v => KernelTimer.Decode(v.Span));
        Grants.ReadFrom(tree, k => TreeKeys.ReadNumber(k.Span), static _ => true);
        DeadLetters.ReadFrom(tree, k => TreeKeys.ReadNumber(k.Span), v => DeadLetter.Decode(v.Span));
        Handled = tree.TryGet(_handledKey, out ReadOnlyMemory<byte> handled)
            ? EnvelopeCodec.Decode(handled.Span)
            : null;
        ForsakenCount = Calls.Items.Values.Count(c => c.IsForsaken);
        _deadLetterBytes = DeadLetters.Items.Values.Sum(d => (long)d.Message.Payload.Length);
        InboxBytes = Inbox.Items.Values.Sum(m => (long)m.Payload.Length);
        OutboxBytes = Outbox.Items.Values.Sum(m => (long)m.Payload.Length);
        _keyedReplyBytes = Keyed.Items.Values.Sum(k => (long)k.Payload.Length);
        foreach ((ulong position, KeyedMessage keyed) in Keyed.Items)
        {
            _keys[keyed.Key] = position;
        }
    }

    private void Forget(ulong callId)
    {
        Calls.Remove(callId);
        ForsakenCount--;
    }

    private void ForgetOldKeys(int keysMax)
    {
        while (Keyed.Count > keysMax || (_keyedReplyBytes > KeyedReplyBytesMax && Keyed.Count > 1))
        {
            (ulong position, KeyedMessage oldest) = Keyed.First();
            Keyed.Remove(position);
            _keys.Remove(oldest.Key);
            _keyedReplyBytes -= oldest.Payload.Length;
        }
    }

    private static KernelId DecodeId(ReadOnlyMemory<byte> idAndZero) =>
        KernelId.Parse(Encoding.ASCII.GetString(idAndZero.Span[..^1]));

    private static (KernelId To, ulong Generation, ulong Number) DecodeOutboxKey(ReadOnlyMemory<byte> key) =>
        (DecodeId(key[..^16]), TreeKeys.ReadNumber(key.Span[..^8]), TreeKeys.ReadNumber(key.Span));

    private static byte[] EncodeNumber(ulong number)
    {
        using CborBuffer buffer = new(CborWriter.HeadBytesMax);
        CborWriter writer = new(buffer);
        writer.WriteUInt64(number);
        return buffer.ToArray();
    }

    private static ulong DecodeNumber(ReadOnlyMemory<byte> value)
    {
        CborReader reader = new(value.Span);
        ulong number = reader.ReadUInt64();
        reader.ExpectEnd();
        return number;
    }
}
