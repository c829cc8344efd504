using System.Text;

namespace Granary.Vms.Evm;

/// <summary>Reads what messages carry.</summary>
internal static class EvmPayload
{
    /// <summary>Bytes as they are, or as text that begins with 0x (what wallets and libraries print); null when the
    /// text is not hexadecimal. No transaction begins with the character 0.</summary>
    public static byte[]? Read(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> text = payload.TrimEnd("\r\n\t "u8);
        if (!text.StartsWith("0x"u8))
        {
            return payload.ToArray();
        }
        string digits = Encoding.ASCII.GetString(text[2..]);
        return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }

    /// <summary>
    /// Finds context and transactions: a transaction alone, or a list of context and transaction (runTx), or a list of
    /// context and list of transactions (runBlock).
    /// </summary>
    /// <param name="block">The block of the context over the one given.</param>
    public static bool TryOpen(EvmJob job, ref EvmBlock block, out string error)
    {
        error = "";
        ReadOnlySpan<byte> payload = job.Payload;
        (job.Next, job.End) = (0, payload.Length);
        bool isAlone = job.Entry == EvmEntry.RunTx
            && (payload.IsEmpty || payload[0] < 0xC0 || !BeginsWithList(payload));
        if (isAlone)
        {
            return true;
        }
        EvmRlpReader reader = new(payload);
        if (!reader.TryReadList(out EvmRlpReader items) || !reader.TryEnd())
        {
            error = "the payload is no list: " + reader.Error;
            return false;
        }
        if (!items.TryReadList(out EvmRlpReader context) || !TryReadContext(ref context, ref block))
        {
            error = "the block's context is malformed: " + (items.Error ?? context.Error);
            return false;
        }
        if (job.Entry == EvmEntry.RunTx)
        {
            job.Next = payload.Length - items.Rest.Length;
            bool one = items.TryReadEncoded(out _) && items.TryEnd();
            error = "behind the context: " + items.Error;
            return one;
        }
        if (!items.TryReadList(out EvmRlpReader transactions) || !items.TryEnd())
        {
            error = "behind the context: " + items.Error;
            return false;
        }
        job.Next = payload.Length - transactions.Rest.Length;
        return true;
    }

    /// <summary>Finds the bytes of the next transaction; false when they are no item.</summary>
    public static bool TryNext(EvmJob job, out string? error)
    {
        ReadOnlySpan<byte> rest = job.Payload.AsSpan(job.Next, job.End - job.Next);
        error = null;
        // A typed transaction alone is no item but its bytes.
        if (job.Next == 0 && rest.Length > 0 && rest[0] < 0x80)
        {
            (job.TransactionOffset, job.TransactionLength, job.Next) = (0, rest.Length, job.End);
            return true;
        }
        EvmRlpReader reader = new(rest);
        bool isList = reader.IsList;
        if (!reader.TryReadEncoded(out ReadOnlySpan<byte> encoded))
        {
            error = reader.Error;
            return false;
        }
        if (job.Next == 0 && encoded.Length != rest.Length)
        {
            error = $"{rest.Length - encoded.Length} bytes follow the transaction";
            return false;
        }
        int length = encoded.Length;
        if (!isList)
        {
            EvmRlpReader item = new(encoded);
            item.TryReadString(out ReadOnlySpan<byte> content);
            length = content.Length;
        }
        job.TransactionOffset = job.Next + encoded.Length - length;
        job.TransactionLength = length;
        job.Next += encoded.Length;
        return true;
    }

    /// <summary>A transaction's first item is its nonce; a context is a list.</summary>
    private static bool BeginsWithList(ReadOnlySpan<byte> payload)
    {
        EvmRlpReader reader = new(payload);
        return reader.TryReadList(out EvmRlpReader items) && items.IsList;
    }

    /// <summary>Number, timestamp, coinbase, gas limit, base fee, randomness, excess blob gas; the last ones may be
    /// missing.</summary>
    private static bool TryReadContext(ref EvmRlpReader context, ref EvmBlock block)
    {
        EvmBlock read = block;
        for (int i = 0; !context.AtEnd; i++)
        {
            if (i == 2)
            {
                if (!context.TryReadFixed(EvmAddress.Bytes, out ReadOnlySpan<byte> coinbase))
                {
                    return false;
                }
                read = read with { Coinbase = EvmAddress.FromBytes(coinbase) };
                continue;
            }
            if (!context.TryReadNumber(i is 4 or 5 ? EvmWord.Bytes : 8, out EvmWord number))
            {
                return false;
            }
            switch (i)
            {
                case 0:
                    read = read with { Number = number.U0 };
                    break;
                case 1:
                    read = read with { Timestamp = number.U0 };
                    break;
                case 3:
                    read = read with { GasLimit = number.U0 };
                    break;
                case 4:
                    read = read with { BaseFee = number };
                    break;
                case 5:
                    read = read with { PrevRandao = number };
                    break;
                case 6:
                    read = read with { ExcessBlobGas = number.U0 };
                    break;
                default:
                    return context.Fail("more than seven fields");
            }
        }
        block = read;
        return true;
    }
}
