using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Every event of a run in one hash: two runs with the same digest did the same things at the same virtual times, to
/// the byte. Lines for people are made only when somebody reads them.
/// </summary>
internal sealed class SimTrace(Action<string>? line) : IDisposable
{
    private const int HeaderBytes = 32;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[16_384];
    private int _used;

    /// <summary>Told every event; for tests that act on one.</summary>
    public Action<SimEvent, int, string>? Watch { get; set; }

    /// <param name="time">Virtual microseconds.</param>
    public void Add(long time, SimEvent kind, int node, string subject, long number = 0)
    {
        int length = HeaderBytes + subject.Length;
        if (_used + length > _buffer.Length)
        {
            Flush();
        }
        Span<byte> bytes = _buffer.AsSpan(_used);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, time);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], (int)kind);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], node);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], subject.Length);
        Encoding.Latin1.GetBytes(subject, bytes[HeaderBytes..]);
        _used += length;
        Watch?.Invoke(kind, node, subject);
        line?.Invoke(string.Create(NumberFormatInfo.InvariantInfo,
            $"{time / 1_000_000,4}.{time % 1_000_000:D6} {(node < 0 ? "  " : $"n{node}")} {kind} {subject} {number}"));
    }

    public void Add(in Hash hash)
    {
        if (_used + Hash.Bytes > _buffer.Length)
        {
            Flush();
        }
        hash.Span.CopyTo(_buffer.AsSpan(_used));
        _used += Hash.Bytes;
    }

    /// <summary>The digest of everything so far; nothing can be added after it.</summary>
    public string Finish()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _used = 0;
    }
}
