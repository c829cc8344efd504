using System.Text;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// One durable actor as a deterministic state machine. Inputs go in (<c>Deliver</c>, <c>Wake</c>, <c>Acknowledge</c>,
/// <c>Command</c>), <see cref="Step"/> runs its machine, <see cref="Drain"/> gives the journal entries to make durable
/// and the effects to perform after that. It performs nothing itself and knows no clock.
/// </summary>
/// <remarks>
/// Not thread-safe. After an exception other than those documented, drop it and recover from the store.
/// </remarks>
public sealed partial class Kernel
{
    private readonly IProgramSource _programs;
    private readonly INodeSource _nodes;
    private readonly KernelLimits _limits;
    private byte[]? _limitsBytes;
    private readonly KernelBooks _books = new();
    private readonly TurnHost _host;
    private readonly JournalTail _journal;
    private List<Effect> _effects = [];

    private EngineId _engine;
    private Hash _codeHash;
    private IVmProgram _program;
    private IVmContainer? _container;

    /// <summary>The tree at the last commit; the very object of <c>_host.Work</c> when no turn is under way.</summary>
    private StateTree _committed = StateTree.Empty;
    private long _committedDataBytes;
    private bool _paused;
    private long _gasSpent;
    private long _gasSinceCheckpoint;

    private Kernel(
        KernelId id, EngineId engine, in Hash codeHash, KernelLimits limits, IProgramSource programs, INodeSource nodes,
        JournalTail journal)
    {
        Id = id;
        _programs = programs;
        _nodes = nodes;
        _limits = limits;
        _journal = journal;
        _engine = engine;
        _codeHash = codeHash;
        _program = programs.Get(engine, codeHash, limits.Vm);
        _host = new TurnHost(id, limits, _books) { Work = StateTree.Empty, Run = new RunState() };
    }

    public KernelId Id { get; }

    public EngineId Engine => _engine;

    public Hash CodeHash => _codeHash;

    public IVmProgram Program => _program;

    public ulong Generation => _host.Generation;

    /// <summary>The last position of the journal, with entries that are not yet drained.</summary>
    public ulong Position => _journal.Position;

    public Hash Chain => _journal.Chain;

    /// <summary>The trace context of the message being handled; empty for none.</summary>
    public string Trace => _host.Run.Message?.Trace ?? "";

    /// <summary>How the last turn ended that ended here; null when none has.</summary>
    public TurnExit? LastExit { get; private set; }

    /// <summary>The last entry that was appended since the kernel came into memory.</summary>
    public ReadOnlyMemory<byte> LastEntry => _journal.LastBytes;

    /// <summary>The recorded time of the last input, in Unix milliseconds.</summary>
    public long Time => _host.Now;

    public KernelStatus Status => _paused ? KernelStatus.Paused : _host.Run.Phase;

    /// <summary>As <see cref="Status"/>, but what it was doing when it was paused.</summary>
    public KernelStatus Phase => _host.Run.Phase;

    /// <summary>True when <see cref="Step"/> has something to run.</summary>
    public bool CanStep => !_paused && _host.Run.Phase == KernelStatus.Running;

    /// <summary>All gas it ever spent; never rolled back.</summary>
    public long GasSpent => _gasSpent;

    /// <summary>When it must be woken, in Unix milliseconds; null for never.</summary>
    public long? WakeAt
    {
        get
        {
            // While it runs, its timers wait: what happens then has no place in the turn.
            if (_paused || _host.Run.Phase == KernelStatus.Running)
            {
                return null;
            }
            long? own = _host.Run.WakeAt;
            long? timer = _books.NextTimer()?.Timer.Due;
            return own is null || timer < own ? timer : own;
        }
    }

    /// <summary>The timers that are set, by name.</summary>
    public IReadOnlyDictionary<string, KernelTimer> Timers => _books.Timers.Items;

    /// <summary>Messages that came to nothing, by number.</summary>
    public IReadOnlyDictionary<ulong, DeadLetter> DeadLetters => _books.DeadLetters.Items;

    /// <summary>Gas run since the last checkpoint: the cost of recovering now.</summary>
    public long GasSinceCheckpoint => _gasSinceCheckpoint;

    /// <summary>Journal bytes since the last checkpoint.</summary>
    public long BytesSinceCheckpoint => _journal.BytesSinceCheckpoint;

    /// <summary>Messages sent and not acknowledged.</summary>
    public int OutboxCount => _books.Outbox.Count;

    /// <summary>True when <see cref="Drain"/> has something to give.</summary>
    public bool HasFresh => _journal.HasFresh || _effects.Count > 0 || _host.Output.Count > 0;

    /// <summary>The whole tree as of the last commit: what a checkpoint would store as its root now.</summary>
    /// <remarks>Kept when no turn is under way: with many replies to remember it takes a while to make.</remarks>
    public StateTree CommittedTree
    {
        get
        {
            StateTree committed = WriteBooks(_committed, _committedDataBytes);
            if (ReferenceEquals(_host.Work, _committed))
            {
                _books.MarkWritten();
                _committed = committed;
                _host.Work = committed;
            }
            return committed;
        }
    }

    public KernelSummary Summary => new(
        Status, Generation, WakeAt, CanStep || _books.Outbox.Count > 0, _books.Inbox.Count, _gasSpent);

    /// <summary>A new kernel: deployed, forked or imported. Its first entry waits to be drained.</summary>
    /// <exception cref="ArgumentException">Limits or ports that no kernel has.</exception>
    /// <exception cref="ProgramUnavailableException">The engine or the code is not there.</exception>
    /// <exception cref="NodeMissingException">A node of the inherited state is not there.</exception>
    /// <exception cref="CborException">The inherited state is no kernel's, or of other code.</exception>
    /// <exception cref="SnapshotFormatException">The inherited machine cannot be restored.</exception>
    public static Kernel Create(KernelBirth birth, IProgramSource programs, INodeSource nodes, long time)
    {
        birth.Limits.Check();
        Kernel kernel = new(
            birth.Id, birth.Engine, birth.CodeHash, birth.Limits, programs, nodes, new JournalTail(0, default));
        kernel._host.Generation = birth.Generation;
        kernel._host.Now = time;
        kernel._journal.Append(new JournalEntry.Born(
            birth.Id, birth.Generation, time, birth.Engine, birth.CodeHash, birth.Limits, birth.Inheritance?.Origin));
        if (birth.Inheritance is { } inheritance)
        {
            Inheritable inheritable = kernel.OpenInheritance(inheritance, [.. birth.Ports.Select(p => p.Value)]);
            kernel.Adopt(inheritable);
            kernel.DropSendsBeyondPorts(inheritable);
            kernel.GrantOwnPorts();
        }
        else
        {
            kernel._host.Work = kernel._committed = StateTree.Empty.Put(_codeKey, kernel.EncodeCode());
        }
        foreach ((string name, KernelId target) in birth.Ports)
        {
            kernel.CheckPort(name, target);
            kernel.SetPort(name, target);
        }
        kernel.Proceed();
        return kernel;
    }

    /// <summary>
    /// Runs the machine for a slice: <paramref name="sliceGas"/> or a little more. True when nothing is left to run;
    /// false when the turn goes on, or the next one has begun.
    /// </summary>
    public bool Step(long sliceGas)
    {
        if (!CanStep)
        {
            throw new InvalidOperationException($"Kernel {Id} is {Status} and has nothing to run.");
        }
        RunSlice(sliceGas);
        return !CanStep;
    }

    /// <summary>Gas that the turn under way has used.</summary>
    internal long TurnGas => _host.Run.TurnGas;

    internal bool HasFreshEntries => _journal.HasFresh;

    /// <summary>The journal position of the message being handled, also while it waits; null between messages.
    /// </summary>
    public ulong? MessageInHand => _host.Run.Message?.Position;

    /// <summary>What its machine is about to do. <paramref name="tracer"/> must be its engine's.</summary>
    public VmStep? Look(IVmTracer tracer) => Phase == KernelStatus.Running ? tracer.Look(Machine()) : null;

    /// <summary>As <see cref="Step"/>, whether paused or not: what was run then is run now.</summary>
    internal void Replay(long sliceGas) => RunSlice(sliceGas);

    /// <summary>
    /// What was produced since the last call. Effects must wait until the entries are durable; output need not.
    /// </summary>
    public Turn Drain()
    {
        List<Effect> effects = _effects;
        _effects = [];
        if (_host.Output.Count > 0)
        {
            effects.AddRange(_host.Output);
            _host.Output.Clear();
        }
        return new Turn(_journal.Take(), effects, Summary);
    }

    /// <summary>
    /// Every message that is sent and not acknowledged, in the order in which each receiver must get them.
    /// </summary>
    public IReadOnlyList<Envelope> Unacknowledged() => [.. _books.Outbox.Items.Values];

    /// <summary>What is remembered of a client's message that came under a key; null when nothing is.</summary>
    public KeyedMessage? FindKeyed(string key) =>
        _books.TryFindKey(key, out ulong position) && _books.Keyed.TryGet(position, out KeyedMessage? keyed)
            ? keyed
            : null;

    /// <summary>The machine at the present safe point, in a buffer of its own.</summary>
    public SnapshotBuffer SaveMachine()
    {
        if (_host.Run.Phase == KernelStatus.Running)
        {
            // Into the tree first: once saved, a machine counts its pages as stored.
            SaveWork();
        }
        SnapshotBuffer buffer = new();
        Machine().Save(buffer);
        return buffer;
    }

    private IVmContainer Machine() => _container ??= OpenMachine(_program, _host.Work);

    private static IVmContainer OpenMachine(IVmProgram program, StateTree tree)
    {
        MachineTreeSource saved = new(tree);
        return saved.Exists ? program.Restore(saved) : program.Start();
    }

    private void CheckPort(string name, KernelId target)
    {
        if (!VmName.IsValid(name, _limits.Vm))
        {
            throw new ArgumentException($"'{name}' is no port name: use A-Z a-z 0-9 . _ -.", nameof(name));
        }
        if (target.IsClient)
        {
            throw new ArgumentException($"The port '{name}' needs a kernel to lead to.", nameof(target));
        }
        if (!_committed.TryGet(TreeKeys.Of(TreeKeys.Ports + name), out _)
            && _committed.Range(TreeKeys.Of(TreeKeys.Ports)).Count() >= _limits.PortsMax)
        {
            throw new ArgumentException($"The port '{name}' is one too many: a kernel has {_limits.PortsMax}.",
                nameof(name));
        }
    }

    /// <summary>Time never goes back, whatever a host's clock does.</summary>
    private long Advance(long time) => _host.Now = Math.Max(_host.Now, time);

    private void SetPort(string name, KernelId? target)
    {
        byte[] key = TreeKeys.Of(TreeKeys.Ports + name);
        bool clean = ReferenceEquals(_host.Work, _committed);
        if (target is { } id)
        {
            byte[] port = new Port(id, Grant: 0).Encode();
            _committed = _committed.Put(key, port);
            _host.Work = clean ? _committed : _host.Work.Put(key, port);
        }
        else
        {
            _committed = _committed.Delete(key);
            _host.Work = clean ? _committed : _host.Work.Delete(key);
        }
        _host.ForgetPortCount();
    }

    private byte[] EncodeCode()
    {
        using CborBuffer buffer = new(64);
        CborWriter writer = new(buffer);
        writer.WriteArray(2);
        writer.WriteEngine(_engine);
        writer.WriteHash(_codeHash);
        return buffer.ToArray();
    }

    /// <summary>
    /// A site for the journal. Engines write ASCII; whatever else came with a guest's names becomes '?'.
    /// </summary>
    private static string Shorten(string text)
    {
        string shown = text.Length <= TrapTextCharsMax ? text : string.Concat(text.AsSpan(0, TrapTextCharsMax), "...");
        return shown.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? string.Create(shown.Length, shown, static (span, from) =>
            {
                for (int i = 0; i < span.Length; i++)
                {
                    span[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
                }
            })
            : shown;
    }

    private const int TrapTextCharsMax = 200;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
