using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>A contract under test: builds its calls, runs its transactions, keeps its state tree.</summary>
internal sealed class Mcs51Contract
{
    public const string Self = "2c0100000500";
    public const string Alice = "110000000700";
    public const string Bob = "120000000800";

    private readonly Mcs51Program _program;

    public Mcs51Contract(byte[] rom)
    {
        _program = (Mcs51Program)new Mcs51DacrsEngine().Load(rom, VmLimits.Default);
        Run("setup", $"self {Self}\naccount {Self}\naccount {Alice} balance 1000\naccount {Bob}");
    }

    public TestHost Host { get; } = new(VmLimits.Default);

    public Mcs51State State { get; private set; } = new();

    public VmExit Run(string entry, string message, string sender = "")
    {
        Mcs51DacrsRun run = new();
        Mcs51DacrsContainer machine = new(_program, run);
        machine.Enter(new VmEntry(entry, Encoding.UTF8.GetBytes(message), sender));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        KeyValuePair<byte[], byte[]>[] before = [.. Host.Data];
        VmExit exit = machine.Run(ref gas, Host);
        State = run.State;
        if (exit is not VmExit.Halted)
        {
            // As a kernel does it.
            Host.Data.Clear();
            foreach ((byte[] key, byte[] value) in before)
            {
                Host.Data.Add(key, value);
            }
        }
        return exit;
    }

    /// <summary>Makes the calls in one transaction, which ends with success.</summary>
    public VmExit Call(string transaction, params (int Method, byte[] Request)[] calls) =>
        Run("tx", $"{transaction}\ndata {Data(calls)}");

    public static string Data(params (int Method, byte[] Request)[] calls)
    {
        List<byte> data = [];
        foreach ((int method, byte[] request) in calls)
        {
            data.AddRange([(byte)method, (byte)request.Length, .. request]);
        }
        return Convert.ToHexStringLower([.. data, 0xFF, 1]);
    }

    /// <summary>A framed request.</summary>
    public static byte[] Request(params byte[][] items)
    {
        byte[] content = [.. items.SelectMany(i => (byte[])[(byte)i.Length, (byte)(i.Length >> 8), .. i])];
        return [(byte)content.Length, (byte)(content.Length >> 8), .. content];
    }

    /// <summary>The answer to the call of that number, without its length; null when it was refused.</summary>
    public byte[]? Answer(int call)
    {
        ReadOnlySpan<byte> buffer = State.Xdata.AsSpan(0x8000 + (64 * call));
        int length = BinaryPrimitives.ReadUInt16LittleEndian(buffer);
        return length == 0 ? null : buffer.Slice(2, length).ToArray();
    }

    public static byte[] Output(byte op, string account, ulong money)
    {
        byte[] bytes = new byte[Mcs51Operation.Bytes];
        bool isId = account.Length == 12;
        bytes[0] = isId ? Mcs51Operation.ByRegId : Mcs51Operation.ByAddress;
        (isId ? Convert.FromHexString(account) : Encoding.ASCII.GetBytes(account)).CopyTo(bytes, 1);
        bytes[35] = op;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), money);
        return bytes;
    }

    public static byte[] AppOperation(byte op, string user, long money, int height = 0, string tag = "")
    {
        byte[] bytes = new byte[Mcs51AppOperation.Bytes];
        bytes[0] = op;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), height);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(5), money);
        bytes[13] = (byte)user.Length;
        Encoding.ASCII.GetBytes(user).CopyTo(bytes, 14);
        bytes[54] = (byte)tag.Length;
        Encoding.ASCII.GetBytes(tag).CopyTo(bytes, 55);
        return bytes;
    }

    public static byte[] AppId(string user)
    {
        byte[] bytes = new byte[41];
        bytes[0] = (byte)user.Length;
        Encoding.ASCII.GetBytes(user).CopyTo(bytes, 1);
        return bytes;
    }

    public ulong Balance(string account)
    {
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        byte[] id = account.Length == 12 ? Convert.FromHexString(account) : Encoding.ASCII.GetBytes(account);
        Mcs51Ledger.Find(Host, ref gas, id, out _, out Mcs51Account? found);
        return found?.Balance ?? 0;
    }

    public static string Reason(VmExit exit) =>
        Encoding.UTF8.GetString(Assert.IsType<VmExit.Reverted>(exit).Output.Span);

    public static byte[] Number(int value) => BitConverter.GetBytes(value);

    public static long AsNumber(byte[]? answer) =>
        answer is null ? -1 : answer.Length == 4 ? BitConverter.ToInt32(answer) : BitConverter.ToInt64(answer);

    public static string Text(long number) => number.ToString(NumberFormatInfo.InvariantInfo);
}
