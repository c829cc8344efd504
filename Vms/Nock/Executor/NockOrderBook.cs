using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>What an executor stores, in the data of its kernel (README.md has the keys).</summary>
/// <remarks>A host call that cannot be ends the message with <see cref="NockHostException"/>; the kernel undoes the
/// rest.</remarks>
internal readonly ref struct NockOrderBook(IVmHost host, ref GasMeter gas, VmLimits limits)
{
    private readonly ref GasMeter _gas = ref gas;

    private static ReadOnlySpan<byte> CountKey => "count"u8;

    private static ReadOnlySpan<byte> OpenKey => "open"u8;

    public VmLimits Limits { get; } = limits;

    /// <summary>Transactions that have a place.</summary>
    public long Count => ReadNumber(CountKey);

    /// <summary>All before this place are over.</summary>
    public long FirstOpen => ReadNumber(OpenKey);

    public NockOrder Read(long place) => NockOrder.FromNoun(
        Cue(Get(OrderKey(place)) ?? throw new NockHostException(TrapKind.BadOperand)));

    public void Write(long place, NockOrder order) => Put(OrderKey(place), NounJam.Jam(order.ToNoun()));

    /// <summary>The place of an id, or -1.</summary>
    public long Find(Noun id) => Get(IdKey(id)) is { } place ? BinaryPrimitives.ReadInt64BigEndian(place.Span) : -1;

    /// <summary>A new last place.</summary>
    public long Append(Noun id)
    {
        long place = Count;
        WriteNumber(CountKey, place + 1);
        WriteNumber(IdKey(id), place);
        Write(place, new NockOrder { Id = id });
        return place;
    }

    /// <summary>The place that a kernel joined without an id of its own, or -1.</summary>
    public long FindKernel(string kernel) =>
        Get(KernelKey(kernel)) is { } place ? BinaryPrimitives.ReadInt64BigEndian(place.Span) : -1;

    public void WriteKernel(string kernel, long place) => WriteNumber(KernelKey(kernel), place);

    /// <summary>Counts on over what has ended.</summary>
    public void MoveOpen()
    {
        long open = FirstOpen;
        long count = Count;
        long before = open;
        while (open < count && Read(open).IsOver)
        {
            open++;
        }
        if (open > before)
        {
            WriteNumber(OpenKey, open);
        }
    }

    /// <summary>The value of a key as the transactions before a place left it, or null.</summary>
    public Noun? ReadValue(Noun key, long place)
    {
        // Versions are kept with their places turned around, so that the next one is the newest before a place.
        byte[] after = ValueKey(key, place);
        HostStatus status = host.Next(after, ref _gas, out ReadOnlyMemory<byte> found, out ReadOnlyMemory<byte> value);
        Check(status);
        return status == HostStatus.Ok && found.Length == after.Length
            && found.Span[..^8].SequenceEqual(after.AsSpan(..^8)) ? Cue(value) : null;
    }

    /// <summary>False when the value is over the limit.</summary>
    public bool FitsValue(Noun value) => NounJam.Jam(value).Length <= Limits.ValueBytesMax;

    public void WriteValue(Noun key, long place, Noun value) => Put(ValueKey(key, place), NounJam.Jam(value));

    private static byte[] OrderKey(long place)
    {
        byte[] key = new byte[10];
        "o/"u8.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(2), place);
        return key;
    }

    private static byte[] IdKey(Noun id) => [.. "i/"u8, .. SHA256.HashData(NounJam.Jam(id))];

    private static byte[] KernelKey(string kernel) => [.. "k/"u8, .. Encoding.UTF8.GetBytes(kernel)];

    /// <remarks>What comes behind this key are the versions of earlier places, the newest first.</remarks>
    private static byte[] ValueKey(Noun key, long place)
    {
        byte[] bytes = [.. "v/"u8, .. SHA256.HashData(NounJam.Jam(key)), .. stackalloc byte[8]];
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(bytes.Length - 8), long.MaxValue - place);
        return bytes;
    }

    private static Noun Cue(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return NounJam.Cue(bytes.Span);
        }
        catch (NounFormatException)
        {
            // The data came from elsewhere: an import, or a hand.
            throw new NockHostException(TrapKind.BadOperand);
        }
    }

    private long ReadNumber(ReadOnlySpan<byte> key) =>
        Get(key) is { Length: 8 } value ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : 0;

    private void WriteNumber(ReadOnlySpan<byte> key, long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        Put(key, bytes);
    }

    private ReadOnlyMemory<byte>? Get(ReadOnlySpan<byte> key)
    {
        HostStatus status = host.Get(key, ref _gas, out ReadOnlyMemory<byte> value);
        Check(status);
        return status == HostStatus.Ok ? value : (ReadOnlyMemory<byte>?)null;
    }

    private void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Check(host.Put(key, value, ref _gas));

    private static void Check(HostStatus status)
    {
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            throw new NockHostException(
                status == HostStatus.OutOfGas ? TrapKind.OutOfGas : TrapKind.LimitExceeded);
        }
    }
}
