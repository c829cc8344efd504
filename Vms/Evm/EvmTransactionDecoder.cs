using System.Buffers;

namespace Granary.Vms.Evm;

/// <summary>Reads signed transactions of the types 0 to 3.</summary>
internal static class EvmTransactionDecoder
{
    /// <param name="error">What is wrong, for a person; null when it could be read.</param>
    public static EvmTransaction? Decode(ReadOnlyMemory<byte> bytes, out EvmTransactionError kind, out string? error)
    {
        kind = EvmTransactionError.RlpMalformed;
        error = "no bytes";
        if (bytes.IsEmpty)
        {
            return null;
        }
        byte first = bytes.Span[0];
        if (first < 0xC0 && first is < EvmTransaction.TypeAccessList or > EvmTransaction.TypeBlob)
        {
            kind = EvmTransactionError.TypeNotSupported;
            error = $"transaction type {first} is none of 0 to {EvmTransaction.TypeBlob}";
            return null;
        }
        int type = first >= 0xC0 ? EvmTransaction.TypeLegacy : first;
        EvmRlpReader reader = new(bytes.Span[(type == EvmTransaction.TypeLegacy ? 0 : 1)..]);
        if (!reader.TryReadList(out EvmRlpReader items) || !reader.TryEnd())
        {
            error = reader.Error;
            return null;
        }
        ReadOnlySpan<byte> content = items.Rest;
        EvmTransaction? read = type == EvmTransaction.TypeLegacy
            ? ReadLegacy(ref items, content)
            : ReadTyped(ref items, content, type);
        error = items.Error;
        kind = read is null ? EvmTransactionError.RlpMalformed : EvmTransactionError.None;
        return read is null ? null : read with { Type = type, Hash = EvmKeccak.Hash(bytes.Span) };
    }

    private static EvmTransaction? ReadLegacy(ref EvmRlpReader items, ReadOnlySpan<byte> content)
    {
        if (!items.TryReadNumber(8, out EvmWord nonce)
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord price)
            || !items.TryReadNumber(8, out EvmWord gasLimit)
            || !TryReadTo(ref items, out EvmAddress? to)
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord value)
            || !items.TryReadString(out ReadOnlySpan<byte> data))
        {
            return null;
        }
        ReadOnlySpan<byte> signed = content[..(content.Length - items.Rest.Length)];
        if (!items.TryReadNumber(EvmWord.Bytes, out EvmWord v) || !TryReadSignature(ref items, out EvmWord r,
            out EvmWord s))
        {
            return null;
        }
        // EIP-155: v is 35 or 36 more than twice the chain's id; 27 or 28 without one.
        EvmWord? chainId = null;
        int parity = (int)(v.U0 & 1) ^ 1;
        ArrayBufferWriter<byte> toSign = new(signed.Length + 40);
        toSign.Write(signed);
        if (v >= 35)
        {
            EvmWord id = EvmBits.ShiftRight(1, v - 35);
            chainId = id;
            EvmRlp.WriteNumber(toSign, id);
            EvmRlp.WriteNumber(toSign, EvmWord.Zero);
            EvmRlp.WriteNumber(toSign, EvmWord.Zero);
        }
        else if (v != 27 && v != 28)
        {
            items.Fail($"a signature whose v is {v}, which is none of 27, 28 and what EIP-155 makes");
            return null;
        }
        ArrayBufferWriter<byte> list = new(toSign.WrittenCount + 8);
        EvmRlp.WriteList(list, toSign.WrittenSpan);
        return new EvmTransaction
        {
            ChainId = chainId, Nonce = nonce.U0, MaxFee = price, MaxPriorityFee = price, GasLimit = gasLimit.U0,
            To = to, Value = value, Data = data.ToArray(), Parity = parity, R = r, S = s,
            SigningHash = EvmKeccak.Hash(list.WrittenSpan),
        };
    }

    private static EvmTransaction? ReadTyped(ref EvmRlpReader items, ReadOnlySpan<byte> content, int type)
    {
        EvmWord priority = EvmWord.Zero;
        EvmWord blobFee = EvmWord.Zero;
        EvmWord[] blobHashes = [];
        if (!items.TryReadNumber(EvmWord.Bytes, out EvmWord chainId)
            || !items.TryReadNumber(8, out EvmWord nonce)
            || (type >= EvmTransaction.TypeDynamicFee && !items.TryReadNumber(EvmWord.Bytes, out priority))
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord fee)
            || !items.TryReadNumber(8, out EvmWord gasLimit)
            || !TryReadTo(ref items, out EvmAddress? to)
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord value)
            || !items.TryReadString(out ReadOnlySpan<byte> data)
            || !TryReadAccessList(ref items, out List<EvmAccess> accessList)
            || (type == EvmTransaction.TypeBlob && !items.TryReadNumber(EvmWord.Bytes, out blobFee))
            || (type == EvmTransaction.TypeBlob && !TryReadHashes(ref items, out blobHashes)))
        {
            return null;
        }
        ReadOnlySpan<byte> signed = content[..(content.Length - items.Rest.Length)];
        if (!items.TryReadNumber(1, out EvmWord parity) || !TryReadSignature(ref items, out EvmWord r, out EvmWord s))
        {
            return null;
        }
        if (parity > EvmWord.One)
        {
            items.Fail($"a signature whose parity is {parity}");
            return null;
        }
        ArrayBufferWriter<byte> toSign = new(signed.Length + 9);
        toSign.Write([(byte)type]);
        EvmRlp.WriteList(toSign, signed);
        return new EvmTransaction
        {
            ChainId = chainId, Nonce = nonce.U0, MaxFee = fee,
            MaxPriorityFee = type >= EvmTransaction.TypeDynamicFee ? priority : fee, GasLimit = gasLimit.U0, To = to,
            Value = value, Data = data.ToArray(), AccessList = accessList, MaxBlobFee = blobFee,
            BlobHashes = blobHashes, Parity = (int)parity.U0, R = r, S = s,
            SigningHash = EvmKeccak.Hash(toSign.WrittenSpan),
        };
    }

    private static bool TryReadTo(ref EvmRlpReader items, out EvmAddress? to)
    {
        to = null;
        if (!items.TryReadString(out ReadOnlySpan<byte> bytes))
        {
            return false;
        }
        if (bytes.Length is not (0 or EvmAddress.Bytes))
        {
            return items.Fail($"a receiver of {bytes.Length} bytes");
        }
        to = bytes.IsEmpty ? null : EvmAddress.FromBytes(bytes);
        return true;
    }

    private static bool TryReadSignature(ref EvmRlpReader items, out EvmWord r, out EvmWord s)
    {
        s = EvmWord.Zero;
        return items.TryReadNumber(EvmWord.Bytes, out r) && items.TryReadNumber(EvmWord.Bytes, out s)
            && items.TryEnd();
    }

    private static bool TryReadAccessList(ref EvmRlpReader items, out List<EvmAccess> list)
    {
        list = [];
        if (!items.TryReadList(out EvmRlpReader entries))
        {
            return false;
        }
        while (!entries.AtEnd)
        {
            if (!entries.TryReadList(out EvmRlpReader entry))
            {
                return items.Fail($"in the access list: {entries.Error}");
            }
            if (!entry.TryReadFixed(EvmAddress.Bytes, out ReadOnlySpan<byte> address)
                || !TryReadHashes(ref entry, out EvmWord[] slots) || !entry.TryEnd())
            {
                return items.Fail($"in an entry of the access list: {entry.Error}");
            }
            list.Add(new EvmAccess(EvmAddress.FromBytes(address), slots));
        }
        return true;
    }

    private static bool TryReadHashes(ref EvmRlpReader items, out EvmWord[] hashes)
    {
        hashes = [];
        if (!items.TryReadList(out EvmRlpReader inner))
        {
            return false;
        }
        List<EvmWord> read = [];
        while (!inner.AtEnd)
        {
            if (!inner.TryReadFixed(EvmWord.Bytes, out ReadOnlySpan<byte> hash))
            {
                return items.Fail($"in a list of hashes: {inner.Error}");
            }
            read.Add(EvmWord.FromBytes(hash));
        }
        hashes = [.. read];
        return true;
    }
}
