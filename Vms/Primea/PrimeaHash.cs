using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Granary.Vms.Primea;

/// <summary>
/// The first 20 bytes of a SHA-256: Primea's ids of actors and modules, and its links to stored blocks.
/// </summary>
[InlineArray(Bytes)]
internal struct PrimeaHash : IEquatable<PrimeaHash>, IComparable<PrimeaHash>
{
    public const int Bytes = 20;

    private byte _first;

    public PrimeaHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes)
        {
            throw new PrimeaFormatException($"a hash has {Bytes} bytes, not {bytes.Length}");
        }
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref _first, Bytes));
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, Bytes);

    public static PrimeaHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new PrimeaHash(hash[..Bytes]);
    }

    /// <summary>
    /// The id of the actor or module that a parent makes with its counter at <paramref name="nonce"/>: who knows the
    /// parent and how much it made knows the id.
    /// </summary>
    /// <param name="parent">Null: made by the host.</param>
    public static PrimeaHash IdOf(ulong nonce, PrimeaHash? parent) => Of(IdContent(nonce, parent));

    /// <summary>What an id is the hash of: CBOR [nonce, parent's id or null].</summary>
    public static byte[] IdContent(ulong nonce, PrimeaHash? parent)
    {
        PrimeaWriter writer = new();
        writer.Array(2);
        writer.Unsigned(nonce);
        if (parent is { } id)
        {
            writer.Bytes(id.Span);
        }
        else
        {
            writer.Null();
        }
        return writer.ToArray();
    }

    public static bool TryParse(ReadOnlySpan<char> text, out PrimeaHash hash)
    {
        hash = default;
        return text.Length == 2 * Bytes
            && Convert.FromHexString(text, MemoryMarshal.CreateSpan(ref hash._first, Bytes), out _, out _)
                == OperationStatus.Done;
    }

    public readonly bool Equals(PrimeaHash other) => Span.SequenceEqual(other.Span);

    public override readonly bool Equals(object? obj) => obj is PrimeaHash other && Equals(other);

    /// <summary>The first four bytes: a hash is its own hash code.</summary>
    public override readonly int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(Span);

    public readonly int CompareTo(PrimeaHash other) => Span.SequenceCompareTo(other.Span);

    public override readonly string ToString() => Convert.ToHexStringLower(Span);
}
