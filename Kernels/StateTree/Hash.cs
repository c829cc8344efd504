using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
namespace Granary.Kernels;

/// <summary>A SHA-256 hash, 32 bytes held in place. A 20-byte link has its last 12 bytes zero.</summary>
[InlineArray(Bytes)]
public struct Hash : IEquatable<Hash>, IComparable<Hash>
{
    public const int Bytes = 32;

    private byte _first;

    public Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Bytes)
        {
            throw new ArgumentException($"A hash has at most {Bytes} bytes, not {bytes.Length}.", nameof(bytes));
        }
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref _first, Bytes));
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, Bytes);

    public static Hash Of(ReadOnlySpan<byte> content)
    {
        Hash hash = default;
        Sha256.Hash(content, MemoryMarshal.CreateSpan(ref hash._first, Bytes));
        return hash;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash hash)
    {
        hash = default;
        if (text.Length != 2 * Bytes)
        {
            return false;
        }
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref hash._first, Bytes);
        return Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    public readonly bool Equals(Hash other) => Span.SequenceEqual(other.Span);

    public override readonly bool Equals(object? obj) => obj is Hash other && Equals(other);

    /// <summary>The first four bytes: a hash is its own hash code.</summary>
    public override readonly int GetHashCode() => MemoryMarshal.Read<int>(Span);

    public readonly int CompareTo(Hash other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(Hash left, Hash right) => left.Equals(right);

    public static bool operator !=(Hash left, Hash right) => !left.Equals(right);

    public static bool operator <(Hash left, Hash right) => left.CompareTo(right) < 0;

    public static bool operator <=(Hash left, Hash right) => left.CompareTo(right) <= 0;

    public static bool operator >(Hash left, Hash right) => left.CompareTo(right) > 0;

    public static bool operator >=(Hash left, Hash right) => left.CompareTo(right) >= 0;

    public override readonly string ToString() => Convert.ToHexStringLower(Span);
}
