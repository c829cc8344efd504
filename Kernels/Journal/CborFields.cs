using System.Runtime.CompilerServices;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>The values that several records share, written and read one way.</summary>
internal static class CborFields
{
    public static void WriteHash(ref this CborWriter writer, in Hash hash) => writer.WriteBytes(hash.Span);

    public static void WriteHash(ref this CborWriter writer, Hash? hash)
    {
        if (hash is { } value)
        {
            writer.WriteBytes(value.Span);
        }
        else
        {
            writer.WriteNull();
        }
    }

    public static void WriteId(ref this CborWriter writer, KernelId id) => writer.WriteText(id.Value);

    public static void WriteEngine(ref this CborWriter writer, EngineId engine) => writer.WriteText(engine.ToString());

    public static Hash ReadHash(ref this CborReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(Hash.Bytes);
        return bytes.Length == Hash.Bytes ? new Hash(bytes) : throw Bad(ref reader, "a hash of 32 bytes is wanted");
    }

    public static Hash? ReadHashOrNull(ref this CborReader reader) =>
        reader.TryReadNull() ? null : reader.ReadHash();

    /// <summary>A kernel id, or the client's empty one.</summary>
    public static KernelId ReadId(ref this CborReader reader)
    {
        string text = reader.ReadText(KernelId.CharsMax);
        if (text.Length == 0)
        {
            return KernelId.Client;
        }
        return KernelId.TryParse(text, out KernelId id) ? id : throw Bad(ref reader, "a kernel id is wanted");
    }

    public static Port ReadPort(ref this CborReader reader) =>
        Port.TryParse(reader.ReadText(Port.CharsMax), out Port port) ? port : throw Bad(ref reader, "a port is wanted");

    public static void WritePorts(ref this CborWriter writer, IReadOnlyList<Port> ports)
    {
        writer.WriteArray(ports.Count);
        foreach (Port port in ports)
        {
            writer.WriteText(port.ToString());
        }
    }

    public static Port[] ReadPorts(ref this CborReader reader)
    {
        int count = reader.ReadArray();
        if (count > VmMessage.PortsMax)
        {
            throw Bad(ref reader, $"at most {VmMessage.PortsMax} ports go with a message");
        }
        Port[] ports = count == 0 ? [] : new Port[count];
        for (int i = 0; i < count; i++)
        {
            ports[i] = reader.ReadPort();
        }
        return ports;
    }

    /// <summary>Unix milliseconds, or null for never.</summary>
    public static void WriteTime(ref this CborWriter writer, long? time)
    {
        if (time is { } value)
        {
            writer.WriteInt64(value);
        }
        else
        {
            writer.WriteNull();
        }
    }

    public static long? ReadTime(ref this CborReader reader) => reader.TryReadNull() ? null : reader.ReadInt64();

    public static EngineId ReadEngine(ref this CborReader reader) =>
        EngineId.TryParse(reader.ReadText(KernelId.CharsMax), out EngineId engine)
            ? engine
            : throw Bad(ref reader, "an engine id is wanted");

    /// <summary>A number that one of an enum's members has.</summary>
    public static TEnum ReadEnum<TEnum>(ref this CborReader reader)
        where TEnum : struct, Enum
    {
        ulong number = reader.ReadUInt64();
        if (number <= byte.MaxValue)
        {
            // Every stored enum is a byte; nothing is boxed.
            TEnum value = Unsafe.BitCast<byte, TEnum>((byte)number);
            if (Enum.IsDefined(value))
            {
                return value;
            }
        }
        throw Bad(ref reader, $"{number} is no {typeof(TEnum).Name}");
    }

    /// <summary>An array of exactly so many items.</summary>
    public static void ReadArray(ref this CborReader reader, int count)
    {
        int found = reader.ReadArray();
        if (found != count)
        {
            throw Bad(ref reader, $"an array of {count} items is wanted, not {found}");
        }
    }

    public static CborException Bad(ref CborReader reader, string reason) => new(reader.Position, reason);
}
