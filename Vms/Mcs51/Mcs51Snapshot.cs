using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>Saves a stock machine, and reads it back without believing it.</summary>
/// <remarks>Sections <c>cpu</c> and <c>serial</c>, memory <c>xdata</c>; <c>entry</c> holds a refused entry name until
/// the trap that says so.</remarks>
internal static class Mcs51Snapshot
{
    public const string CpuSection = "cpu";
    public const string XdataMemory = "xdata";

    private const string SerialSection = "serial";
    private const string EntrySection = "entry";
    private const byte Version = 1;
    private const int EntryNameCharsMax = 64;

    // Centuries; what is added to it does not overflow.
    private const long ClockMax = 1L << 61;

    public static void Write(ISnapshotSink sink, Mcs51State state, Mcs51Timers timers, Mcs51Serial serial,
        Mcs51Phase phase, string refusedEntry)
    {
        WriteCpu(sink, state, (byte)phase);
        ArrayBufferWriter<byte> bytes = new();
        SnapshotWriter writer = new(bytes);
        writer.WriteInt64(timers.SyncedAt);
        writer.WriteByte(serial.Received);
        writer.WriteByte(serial.IsSending ? (byte)1 : (byte)0);
        writer.WriteInt64(serial.SentAt);
        writer.WriteInt64(serial.NextInputAt);
        writer.WriteBytes(CollectionsMarshal.AsSpan(serial.Line));
        writer.WriteBytes(CollectionsMarshal.AsSpan(serial.Reply));
        writer.WriteBytes(serial.Input.ToArray());
        sink.WriteSection(SerialSection, bytes.WrittenSpan);
        if (refusedEntry.Length > 0)
        {
            sink.WriteSection(EntrySection, Encoding.ASCII.GetBytes(refusedEntry));
        }
    }

    public static Mcs51StockContainer Read(Mcs51Program program, ISnapshotSource source)
    {
        (Mcs51State state, byte phase) = ReadCpu(source);
        if (phase > (byte)Mcs51Phase.TooMuchInput || state.Clock < 0)
        {
            throw new SnapshotFormatException($"There is no phase {phase} at cycle {state.Clock}.");
        }
        string entry = ReadRefusedEntry(source);
        if (entry.Length > 0 != ((Mcs51Phase)phase == Mcs51Phase.UnknownEntry))
        {
            throw new SnapshotFormatException("A refused entry name and the phase do not fit together.");
        }
        Mcs51Timers timers = new(state);
        Mcs51Serial serial = new(state, timers);
        SnapshotReader reader = new(Section(source, SerialSection).Span);
        timers.SyncedAt = Time(reader.ReadInt64(), 0, state.Clock);
        serial.Received = reader.ReadByte();
        serial.IsSending = reader.ReadByte() != 0;
        serial.SentAt = Time(reader.ReadInt64(), Mcs51Serial.Never, ClockMax);
        serial.NextInputAt = Time(reader.ReadInt64(), 0, ClockMax);
        serial.Line.AddRange(reader.ReadBytes(Mcs51Serial.LineBytesMax));
        serial.Reply.AddRange(reader.ReadBytes(Mcs51Serial.ReplyBytesMax));
        serial.TryReceive(reader.ReadBytes(Mcs51Serial.InputBytesMax));
        reader.ExpectEnd();
        return new Mcs51StockContainer(program, state, timers, serial, (Mcs51Phase)phase, entry);
    }

    /// <summary>The part that both variants have.</summary>
    public static void WriteCpu(ISnapshotSink sink, Mcs51State state, byte phase)
    {
        ArrayBufferWriter<byte> bytes = new();
        SnapshotWriter writer = new(bytes);
        writer.WriteByte(Version);
        writer.WriteByte(phase);
        writer.WriteUInt32((uint)state.Pc);
        writer.WriteInt64(state.Clock);
        writer.WriteBytes(state.Chip);
        sink.WriteSection(CpuSection, bytes.WrittenSpan);
        sink.WriteMemory(XdataMemory, state.Xdata, []);
    }

    public static (Mcs51State State, byte Phase) ReadCpu(ISnapshotSource source)
    {
        SnapshotReader reader = new(Section(source, CpuSection).Span);
        byte version = reader.ReadByte();
        if (version != Version)
        {
            throw new SnapshotFormatException($"Saved in version {version}; this engine reads version {Version}.");
        }
        byte phase = reader.ReadByte();
        uint pc = reader.ReadUInt32();
        Mcs51State state = new() { Pc = (int)(pc & 0xFFFF), Clock = Time(reader.ReadInt64(), -ClockMax, ClockMax) };
        ReadOnlySpan<byte> chip = reader.ReadBytes(Mcs51State.ChipBytes);
        reader.ExpectEnd();
        long xdataBytes = source.GetMemoryBytes(XdataMemory);
        if (pc > 0xFFFF || chip.Length != Mcs51State.ChipBytes || xdataBytes != Mcs51State.XdataBytes)
        {
            throw new SnapshotFormatException(
                $"Program counter {pc:x}, {chip.Length} bytes of chip memory and {xdataBytes} of external memory are "
                + "none of an 8051.");
        }
        chip.CopyTo(state.Chip);
        source.ReadMemory(XdataMemory, state.Xdata);
        return (state, phase);
    }

    /// <summary>A name from outside, short and printable: it comes back from a snapshot as it went in.</summary>
    public static string CleanEntryName(string name)
    {
        Span<char> clean = stackalloc char[Math.Min(name.Length, EntryNameCharsMax)];
        for (int i = 0; i < clean.Length; i++)
        {
            char c = name[i];
            clean[i] = char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '?';
        }
        return new string(clean);
    }

    public static string Describe(ISnapshotSource source)
    {
        (Mcs51State state, byte phase) = ReadCpu(source);
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"{(Mcs51Phase)phase}, {state.Clock} cycles\n");
        Mcs51Text.AppendRegisters(text, state, Mcs51Variant.Stock);
        return text.ToString();
    }

    public static ReadOnlyMemory<byte> Section(ISnapshotSource source, string name) =>
        source.TryReadSection(name, out ReadOnlyMemory<byte> content)
            ? content
            : throw new SnapshotFormatException($"The snapshot has no section '{name}'.");

    public static string ReadRefusedEntry(ISnapshotSource source)
    {
        if (!source.TryReadSection(EntrySection, out ReadOnlyMemory<byte> content))
        {
            return "";
        }
        string name = Encoding.ASCII.GetString(content.Span);
        return name.Length > 0 && name == CleanEntryName(name)
            ? name
            : throw new SnapshotFormatException($"Section '{EntrySection}' holds no refused entry name.");
    }

    private static long Time(long value, long min, long max) => value >= min && value <= max
        ? value
        : throw new SnapshotFormatException($"A clock says {value}, which is not from {min} to {max}.");
}
