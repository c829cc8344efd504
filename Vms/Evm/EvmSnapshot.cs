using System.Buffers;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Evm;

/// <summary>Saves and restores machines. The format is in <c>README.md</c>.</summary>
internal static partial class EvmSnapshot
{
    /// <summary>The version of the save format, the first byte of the section <c>job</c>.</summary>
    public const byte FormatVersion = 1;

    private const string JobName = "job";
    private const string PayloadName = "payload";
    private const string FramesName = "frames";
    private const string StackName = "stack";
    private const string MemoryName = "memory";
    private const string WorldName = "world";
    private const string LogsName = "logs";
    private const string WalkName = "walk";
    private const string ReturnedName = "returned";

    public static void Save(EvmState state, ISnapshotSink snapshot)
    {
        ArrayBufferWriter<byte> output = new(1_024);
        SnapshotWriter writer = new(output);
        writer.WriteByte(FormatVersion);
        writer.WriteByte((byte)state.Job.Phase);
        if (state.Job.Phase == EvmPhase.Idle)
        {
            snapshot.WriteSection(JobName, output.WrittenSpan);
            return;
        }
        WriteJob(writer, state);
        snapshot.WriteSection(JobName, output.WrittenSpan);
        WriteBytes(snapshot, PayloadName, state.Job.Payload);
        if (state.Job.Phase == EvmPhase.Root)
        {
            output = new ArrayBufferWriter<byte>(4_096);
            WriteWalk(new SnapshotWriter(output), state.Job);
            snapshot.WriteSection(WalkName, output.WrittenSpan);
        }
        if (state.World.Accounts.Count == 0)
        {
            return;
        }
        List<EvmCode> codes = CollectCodes(state);
        output = new ArrayBufferWriter<byte>(4_096);
        WriteWorld(new SnapshotWriter(output), state.World, codes);
        WriteBytes(snapshot, WorldName, output.WrittenSpan);
        if (state.Logs.Count > 0)
        {
            output = new ArrayBufferWriter<byte>(4_096);
            WriteLogs(new SnapshotWriter(output), state.Logs);
            WriteBytes(snapshot, LogsName, output.WrittenSpan);
        }
        output = new ArrayBufferWriter<byte>(1_024);
        WriteFrames(new SnapshotWriter(output), state, codes);
        snapshot.WriteSection(FramesName, output.WrittenSpan);
        WriteBytes(snapshot, ReturnedName, state.ReturnData);
        if (state.Depth > 0)
        {
            WriteBytes(snapshot, StackName, StackBytes(state));
            WriteBytes(snapshot, MemoryName, state.Memory.AsSpan(0, state.Top.MemoryEnd));
        }
    }

    /// <exception cref="SnapshotFormatException">It is broken, over a limit, or not of this program.</exception>
    public static EvmState Restore(ISnapshotSource snapshot, EvmProgram program)
    {
        EvmState state = program.NewState();
        SnapshotReader reader = Open(snapshot);
        state.Job.Phase = (EvmPhase)reader.ReadKind((byte)EvmPhase.Ask, "phase");
        if (state.Job.Phase == EvmPhase.Idle)
        {
            reader.ExpectEnd();
            return state;
        }
        state.Job.Payload = ReadMemory(snapshot, PayloadName, program.Limits.PayloadBytesMax);
        ReadJob(ref reader, state);
        reader.ExpectEnd();
        if (snapshot.TryReadSection(WalkName, out ReadOnlyMemory<byte> walk))
        {
            SnapshotReader walkReader = new(walk.Span);
            ReadWalk(ref walkReader, state.Job);
            walkReader.ExpectEnd();
        }
        RestoreMachine(snapshot, state);
        Check(state, program);
        return state;
    }

    /// <summary>A saved machine for people.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is not one of this engine's.</exception>
    public static string Describe(ISnapshotSource snapshot)
    {
        SnapshotReader reader = Open(snapshot);
        EvmPhase phase = (EvmPhase)reader.ReadKind((byte)EvmPhase.Ask, "phase");
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"phase {phase}\n");
        if (phase == EvmPhase.Idle)
        {
            return text.ToString();
        }
        // Enough of a program to read by; a snapshot holds nothing that depends on the genesis.
        EvmGenesis genesis = new() { ChainId = EvmWord.Zero, Revision = EvmRevision.Cancun };
        EvmState state = new EvmProgram(genesis, VmLimits.Default).NewState();
        ReadJob(ref reader, state);
        RestoreMachine(snapshot, state);
        text.Append(NumberFormatInfo.InvariantInfo,
            $"{state.Job.Entry}, block {state.Block.Number}, transaction {state.Job.Results.Count}\n");
        text.Append(NumberFormatInfo.InvariantInfo, $"{state.World.Accounts.Count} accounts touched\n");
        for (int i = 0; i < state.Depth; i++)
        {
            EvmFrame frame = state.FrameAt(i);
            string op = EvmOpcodes.Find(frame.Code.Padded[frame.Pc])?.Name ?? "undefined";
            text.Append(NumberFormatInfo.InvariantInfo,
                $"frame {i}: {frame.Kind} {frame.Address}, pc {frame.Pc}, {op}, gas {frame.Gas}, ");
            text.Append(NumberFormatInfo.InvariantInfo,
                $"stack {frame.StackWords}, memory {frame.MemorySize}\n");
        }
        return text.ToString();
    }

    private static SnapshotReader Open(ISnapshotSource snapshot)
    {
        if (!snapshot.TryReadSection(JobName, out ReadOnlyMemory<byte> section))
        {
            throw new SnapshotFormatException($"The snapshot has no section '{JobName}'.");
        }
        SnapshotReader reader = new(section.Span);
        byte version = reader.ReadByte();
        return version == FormatVersion
            ? reader
            : throw new SnapshotFormatException($"Format version {version} is not {FormatVersion}.");
    }

    private static void RestoreMachine(ISnapshotSource snapshot, EvmState state)
    {
        if (snapshot.GetMemoryBytes(WorldName) < 0)
        {
            return;
        }
        // Code of frames that make contracts is in none of the world's budgets.
        byte[] world = ReadMemory(snapshot, WorldName, 2 * state.WorldBytesMax);
        SnapshotReader reader = new(world);
        List<EvmCode> codes = ReadWorld(ref reader, state);
        reader.ExpectEnd();
        if (snapshot.GetMemoryBytes(LogsName) >= 0)
        {
            reader = new SnapshotReader(ReadMemory(snapshot, LogsName, 2L * state.LogBytesMax));
            ReadLogs(ref reader, state);
            reader.ExpectEnd();
        }
        if (!snapshot.TryReadSection(FramesName, out ReadOnlyMemory<byte> frames))
        {
            throw new SnapshotFormatException("The frames are missing.");
        }
        reader = new SnapshotReader(frames.Span);
        ReadFrames(ref reader, state, codes);
        reader.ExpectEnd();
        state.SetReturnData(ReadMemory(snapshot, ReturnedName, state.MemoryBytesMax));
        if (state.Depth > 0)
        {
            ReadStack(snapshot, state);
            state.SetMemory(ReadMemory(snapshot, MemoryName, state.MemoryBytesMax));
        }
    }

    /// <summary>What is empty is not written.</summary>
    private static void WriteBytes(ISnapshotSink snapshot, string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            snapshot.WriteMemory(name, bytes, []);
        }
    }

    private static byte[] ReadMemory(ISnapshotSource snapshot, string name, long bytesMax)
    {
        long bytes = Math.Max(0, snapshot.GetMemoryBytes(name));
        if (bytes > bytesMax)
        {
            throw new SnapshotFormatException($"The memory '{name}' has {bytes} bytes; the most is {bytesMax}.");
        }
        if (bytes == 0)
        {
            return [];
        }
        byte[] memory = new byte[bytes];
        snapshot.ReadMemory(name, memory);
        return memory;
    }

    /// <summary>What a phase relies on must be there.</summary>
    private static void Check(EvmState state, EvmProgram program)
    {
        EvmJob job = state.Job;
        bool isQuestion = job.Entry is EvmEntry.Call or EvmEntry.Account or EvmEntry.StateRoot;
        bool inTransaction = job.Phase is >= EvmPhase.AccessList and <= EvmPhase.Receipt && !isQuestion;
        bool good = (job.Phase == EvmPhase.Run) == (state.Depth > 0)
            && (job.Phase != EvmPhase.Genesis || IsGenesisStep(job, program.Genesis))
            && (job.Phase != EvmPhase.Write || job.Account <= state.World.Accounts.Count)
            && (job.Phase == EvmPhase.UnknownEntry) == (job.Entry == EvmEntry.None)
            && (job.Phase < EvmPhase.Buy || isQuestion == (job.Phase is EvmPhase.Root or EvmPhase.Ask
                || (job.Phase == EvmPhase.Run && job.Entry == EvmEntry.Call)))
            && (job.Phase == EvmPhase.Root) == (job.Phase >= EvmPhase.Buy && job.Entry == EvmEntry.StateRoot);
        if (good && inTransaction)
        {
            job.Transaction = EvmTransactionDecoder.Decode(
                job.Payload.AsMemory(job.TransactionOffset, job.TransactionLength), out _, out _);
            good = job.Transaction is { } tx && state.World.Find(state.Origin) >= 0
                && EvmTransactionRules.IntrinsicGas(tx, state.Rules) <= (long)Math.Min(tx.GasLimit, long.MaxValue)
                && state.OutcomeGas <= (long)Math.Min(tx.GasLimit, long.MaxValue);
            state.BlobHashes = job.Transaction?.BlobHashes ?? [];
        }
        if (!good)
        {
            throw new SnapshotFormatException($"A machine in phase {job.Phase} cannot be like this.");
        }
    }

    private static bool IsGenesisStep(EvmJob job, EvmGenesis genesis) =>
        job.Account == genesis.Accounts.Count
            ? job.Step == 0
            : job.Account < genesis.Accounts.Count && job.Step <= genesis.Accounts[job.Account].Slots.Count;
}
