using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Granary.Vms.Nock;

/// <summary>A machine in a snapshot: memories <c>nouns</c>, <c>stack</c> and <c>state</c>, after README.md.</summary>
internal static class NockSnapshot
{
    private const byte Version = 1;
    private const string NounsName = "nouns";
    private const string StackName = "stack";
    private const string StateName = "state";
    private const int PayloadChunk = 1 << 20;

    public static void Save(NockProgram program, NockState state, NockJob job, ISnapshotSink snapshot)
    {
        NounWriter nouns = new(program.Nouns);
        ArrayBufferWriter<byte> head = new();
        WriteByte(head, Version);
        WriteByte(head, (byte)job.Entry);
        WriteByte(head, (byte)job.Phase);
        WriteByte(head, (byte)state.Mode);
        NockTransaction transaction = job.Transaction;
        WriteByte(head, (byte)((transaction.V030 ? 1 : 0) | (transaction.IdPlaced ? 2 : 0)));
        foreach (long number in (ReadOnlySpan<long>)
        [
            state.Meter, state.Nines, state.Scries, state.Allocated, state.SweepAt, (long)job.CallId, job.Nap,
            job.Reply, job.Naps, job.Ahead,
            transaction.Order + 1, transaction.Meter1, transaction.Meter2,
        ])
        {
            BinaryPrimitives.WriteInt64LittleEndian(head.GetSpan(8), number);
            head.Advance(8);
        }
        foreach (Noun noun in (ReadOnlySpan<Noun>)
        [
            state.Subject, state.Formula, state.Product, transaction.Id, transaction.Reads, transaction.Writes,
            transaction.Second, transaction.Data, transaction.Reason,
        ])
        {
            NounWriter.WriteVarint(head, (uint)nouns.Add(noun));
        }
        head.Write(job.Payload);
        ArrayBufferWriter<byte> stack = new();
        for (int i = 0; i < state.Depth; i++)
        {
            ref readonly NockFrame frame = ref state.Frames[i];
            WriteByte(stack, (byte)frame.Wait);
            NounWriter.WriteVarint(stack, (uint)nouns.Add(frame.Formula.Noun));
            NounWriter.WriteVarint(stack, (uint)nouns.Add(frame.A));
        }
        snapshot.WriteMemory(NounsName, nouns.Nodes, default);
        snapshot.WriteMemory(StackName, stack.WrittenSpan, default);
        snapshot.WriteMemory(StateName, head.WrittenSpan, default);
    }

    /// <summary>The bytes that <see cref="Save"/> would write.</summary>
    public static long Bytes(NockProgram program, NockState state, NockJob job)
    {
        CountingSink sink = new();
        Save(program, state, job, sink);
        return sink.Bytes;
    }

    private sealed class CountingSink : ISnapshotSink
    {
        public long Bytes { get; private set; }

        public void WriteSection(string name, ReadOnlySpan<byte> content) => Bytes += content.Length;

        public void WriteMemory(string name, ReadOnlySpan<byte> memory, ReadOnlySpan<ulong> dirty) =>
            Bytes += memory.Length;
    }

    public static (NockState State, NockJob Job) Read(
        NounBase program, NockLimits limits, VmLimits bounds, ISnapshotSource snapshot)
    {
        NounReader reader = new(program, ReadMemory(snapshot, NounsName, bounds.SnapshotBytesMax));
        reader.ReadNodes(limits);
        reader.Turn(ReadMemory(snapshot, StateName, PayloadChunk + (long)bounds.PayloadBytesMax));
        if (reader.ReadByte() is var version and not Version)
        {
            throw new SnapshotFormatException($"Version {version} of the format is unknown; this one reads {Version}.");
        }
        NockJob job = new()
        {
            Entry = (NockEntry)Bounded(reader.ReadByte(), (byte)NockEntry.Wait),
            Phase = (NockPhase)Bounded(reader.ReadByte(), (byte)NockPhase.Ended),
        };
        NockTransaction transaction = job.Transaction;
        NockState state = new(limits) { Mode = (NockMode)Bounded(reader.ReadByte(), (byte)NockMode.Scry) };
        byte flags = Bounded(reader.ReadByte(), 3);
        (transaction.V030, transaction.IdPlaced) = ((flags & 1) != 0, (flags & 2) != 0);
        (state.Meter, state.Nines, state.Scries) = (reader.ReadCounter(), reader.ReadCounter(), reader.ReadCounter());
        (state.Allocated, state.SweepAt) = (reader.ReadCounter(), reader.ReadCounter());
        (job.CallId, job.Nap) = ((ulong)reader.ReadCounter(), reader.ReadCounter());
        (job.Reply, job.Naps) = (Bounded(reader.ReadCounter(), 256), reader.ReadCounter());
        job.Ahead = reader.ReadCounter();
        transaction.Order = reader.ReadCounter() - 1;
        (transaction.Meter1, transaction.Meter2) = (reader.ReadCounter(), reader.ReadCounter());
        (state.Subject, state.Formula, state.Product) = (reader.ReadNoun(), reader.ReadNoun(), reader.ReadNoun());
        (transaction.Id, transaction.Reads, transaction.Writes) =
            (reader.ReadNoun(), reader.ReadNoun(), reader.ReadNoun());
        (transaction.Second, transaction.Data, transaction.Reason) =
            (reader.ReadNoun(), reader.ReadNoun(), reader.ReadNoun());
        job.Payload = reader.ReadRest(bounds.PayloadBytesMax);
        reader.Turn(ReadMemory(snapshot, StackName, bounds.SnapshotBytesMax));
        ReadStack(ref reader, state);
        Check(state, job, limits);
        return (state, job);
    }

    private static void ReadStack(ref NounReader reader, NockState state)
    {
        while (!reader.AtEnd)
        {
            NockWait wait = (NockWait)Bounded(reader.ReadByte(), (byte)NockWait.ScryPath);
            NockFormula formula = NockFormula.Of(reader.ReadNoun());
            Noun a = reader.ReadNoun();
            if (!formula.MayWait(wait))
            {
                throw new SnapshotFormatException($"A formula of operator {formula.Op} does not wait as {wait}.");
            }
            if (state.Depth == state.Frames.Length && !state.Grow())
            {
                throw new SnapshotFormatException("The stack is over its limit.");
            }
            state.Frames[state.Depth++] = new NockFrame { Wait = wait, Formula = formula, A = a };
        }
    }

    private static void Check(NockState state, NockJob job, NockLimits limits)
    {
        NockWait? top = state.Depth == 0 ? null : state.Frames[state.Depth - 1].Wait;
        bool evaluates = job.Phase is NockPhase.Kick or NockPhase.Phase1 or NockPhase.Phase2;
        bool good = state.Mode switch
        {
            NockMode.Idle => !evaluates && job.Phase is not (NockPhase.Read or NockPhase.Behind) && state.Depth == 0,
            NockMode.Puts => evaluates && top == NockWait.HintProduct,
            NockMode.Scry => (evaluates || job.Phase is NockPhase.Read or NockPhase.Behind)
                && top == NockWait.ScryPath,
            _ => evaluates,
        };
        if (!good)
        {
            throw new SnapshotFormatException($"A machine in phase {job.Phase} does not evaluate as {state.Mode}.");
        }
        if (state.SweepAt > limits.LivingUnitsMax + limits.SweepUnits)
        {
            throw new SnapshotFormatException("The memory is over its limit.");
        }
        bool transacts = job.Phase >= NockPhase.Join;
        if ((job.Phase == NockPhase.Idle) != (job.Entry == NockEntry.None && job.Phase != NockPhase.UnknownEntry)
            || (transacts && job.Entry != NockEntry.Transact)
            || (job.Phase == NockPhase.Kick && job.Entry is not (NockEntry.Kick or NockEntry.Text or NockEntry.Measure))
            || (job.Phase == NockPhase.UnknownEntry && job.Entry != NockEntry.None))
        {
            throw new SnapshotFormatException($"A message of entry {job.Entry} has no phase {job.Phase}.");
        }
    }

    /// <summary>The counters; the nouns mean nothing without the program.</summary>
    public static string Describe(ISnapshotSource snapshot)
    {
        NounReader reader = new(NounBase.None, ReadMemory(snapshot, StateName, SnapshotFormat.SectionBytesMax));
        if (reader.ReadByte() is var version and not Version)
        {
            throw new SnapshotFormatException($"Version {version} of the format is unknown; this one reads {Version}.");
        }
        NockEntry entry = (NockEntry)Bounded(reader.ReadByte(), (byte)NockEntry.Wait);
        NockPhase phase = (NockPhase)Bounded(reader.ReadByte(), (byte)NockPhase.Ended);
        NockMode mode = (NockMode)Bounded(reader.ReadByte(), (byte)NockMode.Scry);
        reader.ReadByte();
        (long meter, long nines, long scries) = (reader.ReadCounter(), reader.ReadCounter(), reader.ReadCounter());
        long nouns = snapshot.GetMemoryBytes(NounsName);
        long stack = snapshot.GetMemoryBytes(StackName);
        return string.Create(NumberFormatInfo.InvariantInfo, $"""
            entry {entry}, phase {phase}, {mode}
            meter {meter}, operator 9 {nines} times, operator 12 {scries} times
            nouns of {nouns} bytes, stack of {stack} bytes

            """);
    }

    private static byte[] ReadMemory(ISnapshotSource snapshot, string name, long bytesMax)
    {
        long size = snapshot.GetMemoryBytes(name);
        if (size < 0 || size > Math.Min(bytesMax, Array.MaxLength))
        {
            throw new SnapshotFormatException($"Memory '{name}' has {size} bytes; 0 to {bytesMax} are possible.");
        }
        byte[] bytes = new byte[size];
        snapshot.ReadMemory(name, bytes);
        return bytes;
    }

    private static long Bounded(long value, long max) => value <= max
        ? value
        : throw new SnapshotFormatException($"{value} is beyond {max}.");

    private static byte Bounded(byte value, byte max) => value <= max
        ? value
        : throw new SnapshotFormatException($"{value} is beyond {max}.");

    private static void WriteByte(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
