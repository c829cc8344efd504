using System.Buffers;

namespace Granary.Kernels;

/// <summary>
/// Where an item is put together before anybody knows its size. The array is rented: every message writes several
/// items, and what they are written into should not be left to the collector each time.
/// </summary>
internal sealed class CborBuffer(int bytesExpected) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(bytesExpected);
    private int _used;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _used);

    public void Clear() => _used = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _used), nameof(count));
        _used += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_used);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_used);
    }

    public byte[] ToArray() => Written.ToArray();

    public void Dispose()
    {
        byte[] bytes = _bytes;
        (_bytes, _used) = ([], 0);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Reserve(int bytes)
    {
        int wanted = Math.Max(bytes, 1);
        if (wanted <= _bytes.Length - _used)
        {
            return;
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_used + wanted, 2 * _bytes.Length)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
