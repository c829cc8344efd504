using System.Text;
using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>One kernel with everything that a host keeps of it: journal, checkpoints, nodes, effects.</summary>
internal sealed class TestKernel
{
    public const long Start = 1_000_000;

    private TestKernel(TestPrograms programs, MemoryNodes nodes, Kernel kernel)
    {
        Programs = programs;
        Nodes = nodes;
        Kernel = kernel;
    }

    public TestPrograms Programs { get; }

    public MemoryNodes Nodes { get; }

    public Kernel Kernel { get; private set; }

    public List<JournalRecord> Journal { get; private init; } = [];

    /// <summary>Every effect since the test looked last.</summary>
    public List<Effect> Effects { get; } = [];

    public List<KernelHead> Heads { get; private init; } = [];

    public long Time { get; set; } = Start;

    public IEnumerable<JournalEntry> Entries => Journal.Select(r => JournalCodec.Decode(r.Bytes.Span));

    public JournalEntry.Ended LastEnded => Entries.OfType<JournalEntry.Ended>().Last();

    public IReadOnlyList<string> Prints => [.. Effects.OfType<Effect.Print>().Select(p => Text(p.Text))];

    public IReadOnlyList<Envelope> Sent => [.. Effects.OfType<Effect.Send>().Select(s => s.Message)];

    public Effect.Answer Answer => Assert.Single(Effects.OfType<Effect.Answer>());

    public static KernelId Id(string id) => KernelId.Parse(id);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    public static TestKernel Script(
        string source, string id = "k", KernelLimits? limits = null, string[]? ports = null) =>
        Make(programs => programs.AddScript(source), id, limits, ports);

    public static TestKernel Mova(string source, string id = "k") => Make(programs => programs.AddMova(source), id);

    public static TestKernel Make(
        Func<TestPrograms, (EngineId, Hash)> add, string id = "k", KernelLimits? limits = null, string[]? ports = null)
    {
        TestPrograms programs = new();
        (EngineId engine, Hash codeHash) = add(programs);
        KernelBirth birth = new()
        {
            Id = Id(id), Engine = engine, CodeHash = codeHash, Limits = limits ?? KernelLimits.Default,
            Ports = [.. (ports ?? []).Select(p => KeyValuePair.Create(p, Id(p)))],
        };
        return Create(programs, new MemoryNodes(), birth);
    }

    /// <summary>A new kernel over shared programs and nodes, with its first checkpoint.</summary>
    public static TestKernel Create(TestPrograms programs, MemoryNodes nodes, KernelBirth birth, long time = Start)
    {
        TestKernel test = new(programs, nodes, Kernel.Create(birth, programs, nodes, time)) { Time = time };
        test.Checkpoint();
        return test;
    }

    /// <summary>
    /// What a host would find after a crash: the checkpoint, and the journal replayed up to a position.
    /// </summary>
    public TestKernel Recover(KernelHead? from = null, ulong upTo = ulong.MaxValue)
    {
        KernelHead head = from ?? Heads[^1];
        Kernel kernel = Kernel.Restore(head, Programs, Nodes);
        KernelReplay replay = new(kernel);
        foreach (JournalRecord record in Journal.Where(r => r.Position > head.Position && r.Position <= upTo))
        {
            replay.Apply(record);
        }
        if (upTo == ulong.MaxValue)
        {
            replay.Finish();
        }
        return new TestKernel(Programs, Nodes, kernel)
        {
            Time = Time,
            Journal = [.. Journal.Where(r => r.Position <= upTo)],
            Heads = [.. Heads.Where(h => h.Position <= upTo)],
        };
    }

    /// <summary>Takes the newest checkpoint's place, without a journal to replay.</summary>
    public void RestoreHere()
    {
        Assert.Equal(Kernel.Position, Heads[^1].Position);
        Kernel = Kernel.Restore(Heads[^1], Programs, Nodes);
    }

    public TestKernel Fork(string id, OriginKind kind = OriginKind.Fork, string[]? ports = null,
        KernelHead? from = null)
    {
        KernelHead head = from ?? Heads[^1];
        KernelBirth birth = new()
        {
            Id = Id(id), Engine = Kernel.Engine, CodeHash = Kernel.CodeHash,
            Ports = [.. (ports ?? []).Select(p => KeyValuePair.Create(p, Id(p)))],
            Inheritance = new KernelInheritance(
                new KernelOrigin(kind, head.Id, head.Generation, head.Position, head.Chain),
                StateTree.Open(head.Root, Nodes),
                head.WorkRoot is { } work ? StateTree.Open(work, Nodes) : null),
        };
        return Create(Programs, Nodes, birth, Time);
    }

    public KernelHead Checkpoint()
    {
        KernelCheckpoint checkpoint = Kernel.Checkpoint(Time);
        foreach (StoredNode node in checkpoint.Nodes)
        {
            Nodes.PutNode(node.Hash, node.Bytes);
        }
        Heads.Add(checkpoint.Head);
        Drain();
        return checkpoint.Head;
    }

    public Delivery Send(string payload = "", string entry = "", long gas = KernelLimits.MessageGasDefault,
        string key = "") =>
        Deliver(new Envelope
        {
            Kind = MessageKind.Send, To = Kernel.Id, Entry = entry, Payload = Bytes(payload), Gas = gas,
            IdempotencyKey = key,
        });

    public Delivery Call(string payload = "", string entry = "", long gas = KernelLimits.MessageGasDefault,
        string key = "") =>
        Deliver(new Envelope
        {
            Kind = MessageKind.Call, To = Kernel.Id, Entry = entry, Payload = Bytes(payload), Gas = gas,
            IdempotencyKey = key,
        });

    public Delivery Deliver(Envelope message)
    {
        Delivery delivery = Kernel.Deliver(message, Time);
        Drain();
        return delivery;
    }

    /// <summary>A message of another kernel.</summary>
    public Delivery DeliverFrom(
        string from, ulong number, MessageKind kind = MessageKind.Send, string payload = "", string entry = "",
        ulong generation = 1, long gas = 1_000_000, ulong callId = 1, string[]? chain = null) => Deliver(new Envelope
        {
            Kind = kind, From = Id(from), FromGeneration = generation, Number = number, To = Kernel.Id, Entry = entry,
            Payload = Bytes(payload), Gas = gas, CallId = kind == MessageKind.Send ? 0 : callId,
            CallChain = kind == MessageKind.Call ? [.. (chain ?? [from]).Select(Id)] : [],
        });

    /// <summary>The reply to a call that this kernel made.</summary>
    public Delivery ReplyTo(
        Envelope call, string payload, ulong number = 1, ReplyStatus status = ReplyStatus.Ok, long gas = 0) =>
        Deliver(new Envelope
        {
            Kind = MessageKind.Reply, From = call.To, FromGeneration = 1, Number = number, To = Kernel.Id,
            Payload = Bytes(payload), Gas = gas, CallId = call.CallId, Status = status,
        });

    public void Run(long sliceGas = GasMeter.Unlimited)
    {
        while (Kernel.CanStep)
        {
            Kernel.Step(sliceGas);
            Drain();
        }
    }

    /// <summary>One slice of one gas: to the next safe point.</summary>
    public void Step()
    {
        Kernel.Step(1);
        Drain();
    }

    public bool Wake()
    {
        bool woken = Kernel.Wake(Time);
        Drain();
        return woken;
    }

    public void Acknowledge(Envelope message, ReplyStatus status = ReplyStatus.Ok)
    {
        Kernel.Acknowledge(message.To, message.FromGeneration, message.Number, status, Time);
        Drain();
    }

    public void Command(KernelCommand command)
    {
        Kernel.Command(command, Time);
        Drain();
    }

    public Effect.Answer CallAndRun(string payload = "", string entry = "", long gas = KernelLimits.MessageGasDefault)
    {
        Effects.Clear();
        Assert.Equal(DeliveryStatus.Taken, Call(payload, entry, gas).Status);
        Run();
        return Answer;
    }

    /// <summary>As <see cref="CallAndRun"/>, and wakes it as often as it sleeps.</summary>
    public void CallAndRunToEnd(string payload = "", string entry = "")
    {
        Call(payload, entry);
        Run();
        while (Kernel.WakeAt is { } due)
        {
            Time = Math.Max(Time, due);
            Wake();
            Run();
        }
    }

    /// <summary>Sends a message and runs until the kernel waits.</summary>
    public void CallAndRunToWait(string entry)
    {
        Call(entry: entry);
        Run();
    }

    public string? Data(string key, StateTree? tree = null) =>
        (tree ?? Kernel.CommittedTree).TryGet(TreeKeys.OfData(Bytes(key)), out ReadOnlyMemory<byte> value)
            ? Text(value)
            : null;

    /// <summary>All that the program stores, as text.</summary>
    public string AllData() => string.Join(
        ' ',
        Kernel.CommittedTree.Range(TreeKeys.Of(TreeKeys.Data))
            .Select(p => $"{Text(p.Key)[TreeKeys.Data.Length..]}={Text(p.Value)}"));

    /// <summary>Takes what the kernel has produced.</summary>
    public void Collect() => Drain();

    private void Drain()
    {
        Turn turn = Kernel.Drain();
        Journal.AddRange(turn.Entries);
        Effects.AddRange(turn.Effects);
    }
}
