using System.Globalization;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>Reads a transaction from a message: a word and its values on each line.</summary>
internal sealed class Mcs51TransactionText
{
    private readonly Dictionary<int, byte[]> _blocks = [];
    private readonly Dictionary<string, Mcs51ChainTransaction> _transactions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _foreign = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private Mcs51Transaction _transaction = new();
    private bool _hasSteps;

    private Mcs51TransactionText()
    {
    }

    /// <exception cref="Mcs51TransactionException">What is wrong, and in which line.</exception>
    public static Mcs51Transaction Parse(ReadOnlySpan<byte> payload)
    {
        Mcs51TransactionText reader = new();
        foreach (Mcs51TextLine line in Mcs51TextLine.Split(payload))
        {
            reader.Take(line);
        }
        return reader.Finish();
    }

    private void Take(Mcs51TextLine line)
    {
        if (line.Word is not ("block" or "tx" or "other") && !_seen.Add(line.Word == "text" ? "data" : line.Word))
        {
            throw line.Wrong("is there twice");
        }
        switch (line.Word)
        {
            case "data":
                SetData(line, line.Hex(1));
                break;
            case "text":
                SetData(line, Encoding.UTF8.GetBytes(line.Rest));
                break;
            case "from":
                _transaction = _transaction with { From = line.Hex(1, Mcs51Transaction.AccountBytes) };
                break;
            case "hash":
                _transaction = _transaction with { Hash = line.Hex(1, Mcs51Transaction.HashBytes) };
                break;
            case "height":
                _transaction = _transaction with { Height = (int)line.Number(1, int.MaxValue) };
                break;
            case "value":
                _transaction = _transaction with { Value = line.Number(1, long.MaxValue) };
                break;
            case "fee":
                _transaction = _transaction with { Fee = line.Number(1, long.MaxValue) };
                break;
            case "rate":
                _transaction = _transaction with { Rate = line.Number(1, long.MaxValue) };
                break;
            case "steps":
                _hasSteps = true;
                long steps = (long)line.Number(1, long.MaxValue);
                _transaction = _transaction with { StepLimit = Math.Min(steps, Mcs51Transaction.StepsMax) };
                break;
            case "block":
                _blocks[(int)line.Number(1, int.MaxValue)] = line.Hex(2, Mcs51Transaction.HashBytes);
                break;
            case "tx":
                _transactions[Convert.ToHexStringLower(line.Hex(1, Mcs51Transaction.HashBytes))] = new(
                    (int)line.Number(2, int.MaxValue), line.Hex(3, Mcs51Transaction.AccountBytes), line.Hex(4));
                break;
            case "other":
                string id = Convert.ToHexStringLower(line.Hex(1, Mcs51Transaction.AccountBytes));
                _foreign[$"{id}:{Convert.ToHexStringLower(line.Hex(2))}"] = line.Hex(3);
                break;
            default:
                throw line.Wrong("is no word of a transaction");
        }
    }

    private void SetData(Mcs51TextLine line, byte[] data)
    {
        if (data.Length > Mcs51Transaction.DataBytesMax)
        {
            throw line.Wrong($"has {data.Length} bytes, at most {Mcs51Transaction.DataBytesMax} fit");
        }
        _transaction = _transaction with { Data = data };
    }

    private Mcs51Transaction Finish()
    {
        Mcs51Transaction read = _transaction with
        {
            Blocks = _blocks, Transactions = _transactions, Foreign = _foreign,
        };
        if (_hasSteps && read.Rate > 0)
        {
            throw new Mcs51TransactionException("Steps are either given ('steps') or bought ('fee' and 'rate').");
        }
        if (read.From is null && (read.Value > 0 || read.Fee > 0))
        {
            throw new Mcs51TransactionException("Somebody must pay value and fee: 'from' is missing.");
        }
        if (read.Rate == 0)
        {
            return read;
        }
        if (read.Fee <= Mcs51Transaction.FeeMin)
        {
            string least = Mcs51Transaction.FeeMin.ToString(NumberFormatInfo.InvariantInfo);
            throw new Mcs51TransactionException($"A fee of {least} or less buys no steps.");
        }
        // The division comes first, as on the chain; the product of what is left cannot overflow after the minimum.
        ulong hundreds = (read.Fee - Mcs51Transaction.FeeMin) / read.Rate;
        return read with { StepLimit = (long)Math.Min(hundreds, Mcs51Transaction.StepsMax / 100) * 100 };
    }
}
