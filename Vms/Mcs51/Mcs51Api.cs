using System.Buffers.Binary;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>The 36 methods that a contract can call, by their numbers.</summary>
internal sealed partial class Mcs51Api(Mcs51Transaction transaction, byte[] self, Mcs51Books books)
{
    public const int Methods = 36;

    private const int NumberBytes = sizeof(long);

    /// <summary>Reads the request out of the communication buffer and carries it out.</summary>
    public Mcs51ApiResult Call(int method, ReadOnlySpan<byte> xdata, ref GasMeter gas, IVmHost host)
    {
        if (!gas.TryCharge(Mcs51Gas.Api(method, Mcs51Request.Bytes(xdata))))
        {
            return Mcs51ApiResult.Of(Mcs51ApiOutcome.OutOfGas);
        }
        if (TryAnswerAlone(method) is { } answer)
        {
            return answer;
        }
        if (method == 20)
        {
            return CountData(ref gas, host);
        }
        return Mcs51Request.Read(xdata) is { } items
            ? AnswerWith(method, items, ref gas, host)
            : Mcs51ApiResult.Refused;
    }

    // These have no parameters, and do not look at the request.

    private Mcs51ApiResult? TryAnswerAlone(int method) => method switch
    {
        8 => Mcs51ApiResult.Answer(),
        16 => Mcs51ApiResult.Answer(Bytes(transaction.Height)),
        22 => Mcs51ApiResult.Answer(transaction.Hash),
        26 => Mcs51ApiResult.Answer(self),
        27 => Mcs51ApiResult.Answer(transaction.From ?? new byte[Mcs51Transaction.AccountBytes]),
        28 => Mcs51ApiResult.Answer(transaction.Data),
        31 => Mcs51ApiResult.Answer(Bytes((long)transaction.Value)),
        _ => null,
    };

    private Mcs51ApiResult AnswerWith(int method, List<byte[]> items, ref GasMeter gas, IVmHost host) => method switch
    {
        <= 4 => Calculate(method, items),
        5 => Hash(items),
        6 => Des(items),
        7 => VerifySignature(items),
        9 => Print(items, ref gas, host),
        10 or 11 or 14 => AskTransaction(method, items),
        12 or 13 or 35 => AskAccount(method, items, ref gas, host),
        15 => AskBlock(items),
        17 => WriteData(items, ref gas, host),
        18 => DeleteData(items, ref gas, host),
        19 => ReadData(items, ref gas, host),
        21 => WalkData(items, ref gas, host),
        23 => ModifyData(items, ref gas, host),
        24 => WriteOutput(items),
        25 => ReadForeign(items, ref gas, host),
        29 => Unpack(items, transaction.Data, 1),
        30 => UnpackOf(items),
        32 => AskAppValue(items, ref gas, host),
        33 => AskAppFrozen(items, ref gas, host),
        _ => WriteAppOperations(items),
    };

    private static Mcs51ApiResult Print(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 2)
        {
            return Mcs51ApiResult.Refused;
        }
        bool isHex = items[0][0] != 0;
        byte[] text = isHex ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(items[1])) : items[1];
        HostStatus status = host.Print([.. text, (byte)'\n'], ref gas);
        return status == HostStatus.Ok ? Mcs51ApiResult.Answer() : Mcs51ApiResult.Of(status);
    }

    // What the chain knows comes in with the message; the rest is not known.
    private Mcs51ApiResult AskTransaction(int method, List<byte[]> items)
    {
        if (items.Count != 1 || items[0].Length != Mcs51Transaction.HashBytes
            || !transaction.Transactions.TryGetValue(
                Convert.ToHexStringLower(items[0]), out Mcs51ChainTransaction? known))
        {
            return Mcs51ApiResult.Refused;
        }
        return Mcs51ApiResult.Answer(method switch
        {
            10 => known.Data,
            11 => known.From,
            _ => Bytes(known.Height),
        });
    }

    private Mcs51ApiResult AskBlock(List<byte[]> items)
    {
        if (items.Count != 1 || items[0].Length != sizeof(int))
        {
            return Mcs51ApiResult.Refused;
        }
        int height = BinaryPrimitives.ReadInt32LittleEndian(items[0]);
        return height > 0 && height < transaction.Height && transaction.Blocks.TryGetValue(height, out byte[]? hash)
            ? Mcs51ApiResult.Answer(hash)
            : Mcs51ApiResult.Refused;
    }

    private static byte[] Bytes(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(long value)
    {
        byte[] bytes = new byte[NumberBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
