using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>Saves a contract machine, and reads it back without believing it.</summary>
/// <remarks>Section <c>run</c> always; memory <c>message</c> while there is one; section <c>cpu</c> and memory
/// <c>xdata</c> while it runs.</remarks>
internal static class Mcs51DacrsSnapshot
{
    private const string RunSection = "run";
    private const string MessageMemory = "message";
    private const byte Version = 1;
    private const int NameCharsMax = 64;

    public static void Write(ISnapshotSink sink, Mcs51DacrsRun run)
    {
        ArrayBufferWriter<byte> bytes = new();
        SnapshotWriter writer = new(bytes);
        writer.WriteByte(Version);
        writer.WriteByte((byte)run.Phase);
        if (run.Phase != Mcs51DacrsPhase.Idle)
        {
            writer.WriteBytes(Encoding.ASCII.GetBytes(run.Entry));
            writer.WriteBytes(Encoding.ASCII.GetBytes(run.Sender));
            sink.WriteMemory(MessageMemory, run.Payload.Span, []);
        }
        if (run.Phase == Mcs51DacrsPhase.Running)
        {
            writer.WriteBytes(run.Self);
            writer.WriteByte(run.IsAnswered ? (byte)1 : (byte)0);
            writer.WriteBytes(CollectionsMarshal.AsSpan(run.Books.Operations));
            writer.WriteBytes(CollectionsMarshal.AsSpan(run.Books.AppOperations));
            Mcs51Snapshot.WriteCpu(sink, run.State, (byte)run.Phase);
        }
        sink.WriteSection(RunSection, bytes.WrittenSpan);
    }

    public static Mcs51DacrsRun Read(ISnapshotSource source, VmLimits limits)
    {
        SnapshotReader reader = new(Mcs51Snapshot.Section(source, RunSection).Span);
        byte version = reader.ReadByte();
        if (version != Version)
        {
            throw new SnapshotFormatException($"Saved in version {version}; this engine reads version {Version}.");
        }
        Mcs51DacrsPhase phase = (Mcs51DacrsPhase)reader.ReadByte();
        if (phase > Mcs51DacrsPhase.Running)
        {
            throw new SnapshotFormatException($"There is no phase {(byte)phase}.");
        }
        Mcs51DacrsRun run = phase == Mcs51DacrsPhase.Running
            ? new Mcs51DacrsRun { State = Mcs51Snapshot.ReadCpu(source).State }
            : new Mcs51DacrsRun();
        run.Phase = phase;
        if (phase != Mcs51DacrsPhase.Idle)
        {
            run.Entry = Name(reader.ReadBytes(NameCharsMax));
            run.Sender = Name(reader.ReadBytes(NameCharsMax));
            run.Payload = ReadMessage(source, limits);
        }
        if (phase == Mcs51DacrsPhase.Running)
        {
            ReadRunning(ref reader, run);
        }
        reader.ExpectEnd();
        return run;
    }

    public static string Describe(ISnapshotSource source)
    {
        Mcs51DacrsRun run = Read(source, VmLimits.Default);
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"{run.Phase}");
        if (run.Phase != Mcs51DacrsPhase.Running)
        {
            return text.Append('\n').ToString();
        }
        text.Append(NumberFormatInfo.InvariantInfo, $", {run.State.Clock} of {run.Transaction.StepLimit} steps\n");
        Mcs51Text.AppendRegisters(text, run.State, Mcs51Variant.Dacrs);
        return text.ToString();
    }

    private static void ReadRunning(ref SnapshotReader reader, Mcs51DacrsRun run)
    {
        run.Self = reader.ReadBytes(Mcs51Transaction.AccountBytes).ToArray();
        run.IsAnswered = reader.ReadByte() != 0;
        run.Books.Operations.AddRange(reader.ReadBytes(Mcs51Operation.CountMax * Mcs51Operation.Bytes));
        run.Books.AppOperations.AddRange(
            reader.ReadBytes(Mcs51Books.AppOperationsMax * Mcs51AppOperation.Bytes));
        if (run.Self.Length != Mcs51Transaction.AccountBytes
            || run.Books.Operations.Count % Mcs51Operation.Bytes != 0
            || run.Books.AppOperations.Count % Mcs51AppOperation.Bytes != 0)
        {
            throw new SnapshotFormatException("The books of the run are cut in the middle.");
        }
        try
        {
            run.Transaction = Mcs51TransactionText.Parse(run.Payload.Span);
        }
        catch (Mcs51TransactionException e)
        {
            throw new SnapshotFormatException($"The message of the run cannot be read: {e.Message}");
        }
    }

    private static byte[] ReadMessage(ISnapshotSource source, VmLimits limits)
    {
        long bytes = source.GetMemoryBytes(MessageMemory);
        if (bytes < 0 || bytes > limits.PayloadBytesMax)
        {
            throw new SnapshotFormatException(
                $"The message of the run has {bytes} bytes, at most {limits.PayloadBytesMax} are taken.");
        }
        byte[] message = new byte[bytes];
        source.ReadMemory(MessageMemory, message);
        return message;
    }

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        string name = Encoding.ASCII.GetString(bytes);
        return name == Mcs51Snapshot.CleanEntryName(name)
            ? name
            : throw new SnapshotFormatException("A name in the run is none that was ever entered.");
    }
}
