using System.Buffers.Binary;
using System.Text;

namespace Granary.Kernels;

/// <summary>
/// The keys of a kernel's state tree. Numbers in keys are big-endian, so that order is numeric order.
/// </summary>
public static class TreeKeys
{
    public const string Code = "code";
    public const string Vm = "vm/";
    public const string Data = "data/";
    public const string Ports = "ports/";
    public const string Inbox = "inbox/";
    public const string Outbox = "outbox/";
    public const string Seen = "seen/";
    public const string Sent = "sent/";
    public const string Calls = "calls/";
    public const string IdempotencyKeys = "keys/";
    public const string Timers = "timers/";
    public const string Grants = "grants/";
    public const string DeadLetters = "dead/";

    /// <summary>The message being handled, when nobody is owed a reply for it.</summary>
    public const string Handled = "handled";
    public const string Meta = "meta/";
    public const string Undo = "undo/";

    /// <summary>
    /// What belongs to a kernel's dealings with others, not to its program: a fork starts without it, a rollback keeps
    /// the present one. Timers are the exception: what is inherited brings its own.
    /// </summary>
    internal static readonly IReadOnlyList<string> LedgerPrefixes =
        [Inbox, Outbox, Seen, Sent, Calls, IdempotencyKeys, Timers, Grants, DeadLetters, Handled, Meta, Undo];

    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The key of something that the program stores: <c>data/</c> and the program's own key.</summary>
    public static byte[] OfData(ReadOnlySpan<byte> key)
    {
        byte[] bytes = new byte[Data.Length + key.Length];
        Encoding.ASCII.GetBytes(Data, bytes);
        key.CopyTo(bytes.AsSpan(Data.Length));
        return bytes;
    }

    internal static byte[] OfNumber(string prefix, ulong number)
    {
        byte[] bytes = new byte[prefix.Length + sizeof(ulong)];
        Encoding.ASCII.GetBytes(prefix, bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(prefix.Length), number);
        return bytes;
    }

    /// <summary>A prefix, an id, a zero byte (no id holds one) and numbers.</summary>
    internal static byte[] OfId(string prefix, KernelId id, params ReadOnlySpan<ulong> numbers)
    {
        int idEnd = prefix.Length + id.Value.Length;
        byte[] bytes = new byte[idEnd + 1 + (numbers.Length * sizeof(ulong))];
        Encoding.ASCII.GetBytes(prefix, bytes);
        Encoding.ASCII.GetBytes(id.Value, bytes.AsSpan(prefix.Length));
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(idEnd + 1 + (i * sizeof(ulong))), numbers[i]);
        }
        return bytes;
    }

    internal static ulong ReadNumber(ReadOnlySpan<byte> key) =>
        BinaryPrimitives.ReadUInt64BigEndian(key[^sizeof(ulong)..]);
}
