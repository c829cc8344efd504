using System.Text;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// The parts of the way of a message, each alone on one thread: the kernel's turns, and the store's append of what they
/// gave. What <c>messages</c> takes beyond them is mailboxes, threads and tasks.
/// </summary>
internal sealed class MessagePartsBenchmark : IBenchmark
{
    private const int Kernels = 8;
    private const int Batch = 256;
    private const long SliceGas = 2_000_000;

    private static readonly byte[] _payload = Encoding.ASCII.GetBytes("sixteen bytes ok");

    public string Name => "message-parts";

    public string Summary => "where the time of a message goes: turn and append, each alone";

    public async Task RunAsync(BenchmarkRun run)
    {
        int batches = run.Pick(200, 2);
        using DataFolder folder = new();
        await using SqliteStore store = SqliteStore.Open(folder.File("granary.db"));
        using BareJournal bare = new(folder.File("bare.db"));
        (Kernel Kernel, IVmProgram Program)[] kernels = await CreateAsync(store);
        Turn[][] made = [];
        (double Bytes, double Processor)[] parts = new (double, double)[3];
        PairedSeries turns = new();
        PairedSeries appends = new();
        for (int round = run.Quick ? 0 : -1; round < run.Rounds; round++)
        {
            Reading turn = Reading.Of(batches * Batch, () => made = MakeTurns(kernels, batches));
            Reading append = await Reading.OfAsync(batches * Batch, () => AppendAsync(store, kernels, made));
            List<JournalRecord> entries = [.. made.SelectMany(b => b).SelectMany(t => t.Entries)];
            BenchmarkRun.Check(entries.Count, batches * Batch * 2, "the count of entries");
            Reading theirs = Reading.Of(batches * Batch, () => bare.Append(entries, Batch * 2));
            if (round >= 0)
            {
                turns.Add(turn.Nanoseconds / 1e3, theirs.Nanoseconds / 1e3);
                appends.Add(append.Nanoseconds / 1e3, theirs.Nanoseconds / 1e3);
                parts[0] = (turn.BytesPerOperation, turn.ProcessorNanoseconds / 1e3);
                parts[1] = (append.BytesPerOperation, append.ProcessorNanoseconds / 1e3);
                parts[2] = (theirs.BytesPerOperation, theirs.ProcessorNanoseconds / 1e3);
            }
        }
        run.Report(
            "turn: deliver, step, drain", "us/msg", "bare append", turns, [],
            $"{FigureText.Number(parts[0].Processor)} us of processor time", parts[0].Bytes, parts[2].Bytes);
        run.Report(
            $"append, {Batch} to a transaction", "us/msg", "bare append", appends, [],
            $"{FigureText.Number(parts[1].Processor)} us of processor time, bare "
            + FigureText.Number(parts[2].Processor), parts[1].Bytes, parts[2].Bytes);
        GC.KeepAlive(kernels);
    }

    private static async Task<(Kernel Kernel, IVmProgram Program)[]> CreateAsync(SqliteStore store)
    {
        ProgramCache programs = new(BuiltInEngines.All, store);
        (IVmEngine engine, ReadOnlyMemory<byte> code) = Programs.Compile(Programs.Script, "on hit\n    halt payload");
        Hash hash = Hash.Of(code.Span);
        IVmProgram program = programs.Add(engine, code, hash, VmLimits.Default);
        await store.PutCodeAsync(hash, code);
        (Kernel, IVmProgram)[] kernels = new (Kernel, IVmProgram)[Kernels];
        for (int i = 0; i < Kernels; i++)
        {
            KernelBirth birth = new()
            {
                Id = KernelId.Parse(FormattableString.Invariant($"part{i}")), Engine = engine.Id, CodeHash = hash,
            };
            Kernel kernel = Kernel.Create(birth, programs, store, time: 0);
            KernelCheckpoint checkpoint = kernel.Checkpoint(time: 0);
            Turn turn = kernel.Drain();
            await store.CreateAsync(new KernelCreation(engine.Id, hash, 0, new KernelAppend
            {
                Id = birth.Id, Epoch = 1, Entries = turn.Entries, Summary = turn.Summary,
                Checkpoint = new CheckpointWrite(checkpoint.Head, checkpoint.Nodes, Name: null),
            }));
            kernels[i] = (kernel, program);
        }
        return kernels;
    }

    /// <summary>For each batch a turn of each kernel that holds its share of the messages, as a mailbox makes it.
    /// </summary>
    private static Turn[][] MakeTurns((Kernel Kernel, IVmProgram Program)[] kernels, int batches)
    {
        Turn[][] made = new Turn[batches][];
        for (int batch = 0; batch < batches; batch++)
        {
            made[batch] = new Turn[kernels.Length];
            for (int i = 0; i < kernels.Length; i++)
            {
                Kernel kernel = kernels[i].Kernel;
                for (int message = 0; message < Batch / Kernels; message++)
                {
                    kernel.Deliver(
                        new Envelope
                        {
                            Kind = MessageKind.Send, To = kernel.Id, Entry = "hit", Payload = _payload,
                            Gas = KernelLimits.MessageGasDefault,
                        },
                        time: 1_700_000_000_000 + batch);
                    kernel.Step(SliceGas);
                }
                made[batch][i] = kernel.Drain();
            }
        }
        return made;
    }

    private static async Task AppendAsync(
        SqliteStore store, (Kernel Kernel, IVmProgram Program)[] kernels, Turn[][] made)
    {
        foreach (Turn[] batch in made)
        {
            KernelAppend[] appends = [.. batch.Select((turn, i) => new KernelAppend
            {
                Id = kernels[i].Kernel.Id, Epoch = 1, Entries = turn.Entries, Summary = turn.Summary,
            })];
            IReadOnlyList<AppendStatus> statuses = await store.AppendAsync(appends);
            BenchmarkRun.Check(statuses.All(s => s == AppendStatus.Done), true, "that all was appended");
        }
    }
}
