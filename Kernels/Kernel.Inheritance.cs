using Granary.Vms;

namespace Granary.Kernels;

/// <content>Going on from a state that another kernel, or an earlier self, has left: fork, import, rollback.</content>
public sealed partial class Kernel
{
    /// <summary>Calls and grants are counted up from what is inherited; no kernel ever makes so many.</summary>
    private const long CountMax = 1L << 62;

    /// <summary>Everything that is taken over, read and checked: adopting it cannot fail.</summary>
    /// <param name="Work">The very object of <paramref name="Committed"/> when no turn is half done.</param>
    private sealed record Inheritable(
        EngineId Engine, Hash CodeHash, IVmProgram Program, IVmContainer Machine, StateTree Committed, StateTree Work,
        long CommittedDataBytes, long DataBytes, RunState Run, PendingEffects Pending, IReadOnlyList<ulong> Calls,
        ulong LastCallId, ulong LastGrant, IReadOnlyList<KeyValuePair<string, KernelTimer>> Timers,
        IReadOnlyList<KernelId>? Targets);

    /// <summary>The present ports stay: one that was taken away must not come back.</summary>
    private Inheritable OpenTarget(KernelCommand.Rollback rollback) => Open(
        StateTree.Open(rollback.Root, _nodes),
        rollback.WorkRoot is { } work ? StateTree.Open(work, _nodes) : null,
        WithPresentPorts);

    private Inheritable OpenInheritance(KernelInheritance inheritance, IReadOnlyList<KernelId> targets)
    {
        bool imported = inheritance.Origin.Kind == OriginKind.Import;
        Inheritable opened = Open(
            inheritance.Root, inheritance.Work,
            imported ? WithoutPorts : tree => WithOwnPorts(tree, inheritance.Origin.Parent));
        if (opened.Engine != _engine || opened.CodeHash != _codeHash)
        {
            throw new CborException(0, $"the state is of {opened.Engine} code {opened.CodeHash}");
        }
        // What an import says of its sizes and its ports is not believed.
        return imported
            ? opened with
            {
                Targets = targets,
                CommittedDataBytes = CountDataBytes(opened.Committed),
                DataBytes = CountDataBytes(opened.Work),
            }
            : opened;
    }

    private Inheritable Open(StateTree root, StateTree? work, Func<StateTree, StateTree> withPorts)
    {
        StateTree source = work ?? root;
        (EngineId engine, Hash codeHash) = DecodeCode(Require(source, _codeKey).Span);
        IVmProgram program = _programs.Get(engine, codeHash, _limits.Vm);
        if (!Require(root, _codeKey).Span.SequenceEqual(Require(source, _codeKey).Span))
        {
            throw new CborException(0, "the code changes in the middle of a message");
        }
        RunState run = RunState.Decode(Require(source, _runKey).Span);
        if (run.CommitPhase == KernelStatus.Running || (work is not null && run.Phase != KernelStatus.Running))
        {
            throw new CborException(0, $"a kernel that is {run.Phase} has nothing half done");
        }
        if (work is null && run.Phase == KernelStatus.Running)
        {
            // Only the commit before a half-done turn is left of it: as if the turn had been undone.
            run.Phase = run.CommitPhase =
                run.CommitPhase == KernelStatus.Receiving ? KernelStatus.Receiving : KernelStatus.Idle;
            run.WakeAt = run.CommitWakeAt = run.Phase == KernelStatus.Receiving ? run.CommitWakeAt : null;
            run.Message = null;
        }
        long lastCallId = ReadCount(source, _callKey);
        long lastGrant = ReadCount(source, _grantKey);
        // Both machines must be good: a trap goes back to the one of the last commit.
        IVmContainer machine = OpenMachine(program, root);
        StateTree committed = withPorts(WithoutBooks(root));
        return new Inheritable(
            engine, codeHash, program,
            work is null ? machine : OpenMachine(program, work),
            committed,
            work is null ? committed : withPorts(WithoutBooks(work)),
            ReadInt64(root, _dataBytesKey), ReadInt64(source, _dataBytesKey), run, PendingEffects.ReadFrom(source),
            ReadCalls(source, _limits.OpenCallsMax), (ulong)lastCallId, (ulong)lastGrant,
            ReadTimers(source, _limits.TimersMax), Targets: null);
    }

    /// <summary>
    /// Takes over program, machine and data, but nobody's dealings: whoever waited for the other kernel does not wait
    /// for this one, and calls that the other made are answered with <see cref="ReplyStatus.Detached"/>.
    /// </summary>
    private void Adopt(Inheritable from)
    {
        (_engine, _codeHash, _program, _container) = (from.Engine, from.CodeHash, from.Program, from.Machine);
        (_committed, _committedDataBytes) = (from.Committed, from.CommittedDataBytes);
        (_host.Work, _host.DataBytes) = (from.Work, from.DataBytes);
        _host.Pending = from.Pending;
        // The message that the other was handling goes on here, but its sender is answered there.
        _host.Pending.DropReply();
        foreach (ulong call in from.Calls)
        {
            _books.Calls.Set(call, new OpenCall(ReplyStatus.Detached, default, 0));
        }
        _host.LastCallId = Math.Max(_host.LastCallId, from.LastCallId);
        _host.LastGrant = Math.Max(_host.LastGrant, from.LastGrant);
        _books.Handled = null;
        _books.Timers.Clear();
        foreach ((string name, KernelTimer timer) in from.Timers)
        {
            _books.Timers.Set(name, timer);
        }
        RunState run = from.Run;
        run.Message = run.Message is null ? null : Handling.None with { Position = Position };
        // What came with that message may be gone by now.
        run.Arrived = [];
        run.TurnInput = Position;
        run.OutboxCount = _books.Outbox.Count;
        run.OutboxBytes = _books.OutboxBytes;
        _host.Run = run;
        CountOpenCalls();
    }

    /// <summary>An import brings no ports, so neither what it was about to send through them.</summary>
    private void DropSendsBeyondPorts(Inheritable from)
    {
        if (from.Targets is not { } targets)
        {
            return;
        }
        foreach (Envelope message in _host.Pending.Messages.Where(m => !targets.Contains(m.To)).ToList())
        {
            _host.Pending.Messages.Remove(message);
            _host.Pending.Bytes -= message.Payload.Length;
            if (message.Kind == MessageKind.Call)
            {
                _books.Calls.Set(message.CallId, new OpenCall(ReplyStatus.Detached, default, message.Gas));
            }
        }
        for (int i = 0; i < _host.Pending.Messages.Count; i++)
        {
            _host.Pending.Messages[i] = _host.Pending.Messages[i] with { Ports = [], Grant = 0 };
        }
        _host.Pending.Grants.Clear();
        CountOpenCalls();
    }

    /// <summary>Takes what comes through the ports to itself that a fork holds.</summary>
    private void GrantOwnPorts()
    {
        foreach ((_, ReadOnlyMemory<byte> value) in _committed.Range(TreeKeys.Of(TreeKeys.Ports)))
        {
            Port port = Port.Decode(value.Span);
            if (port.Target == Id && port.Grant > 0)
            {
                _books.Grants.Set(port.Grant, true);
            }
        }
    }

    /// <summary>A port of the parent to itself is one of the fork to itself.</summary>
    private StateTree WithOwnPorts(StateTree tree, KernelId parent)
    {
        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in
            tree.Range(TreeKeys.Of(TreeKeys.Ports)).ToList())
        {
            Port port = Port.Decode(value.Span);
            if (port.Target == parent && port.Grant > 0)
            {
                tree = tree.Put(key.Span, (port with { Target = Id }).Encode());
            }
        }
        return tree;
    }

    private StateTree WithPresentPorts(StateTree tree)
    {
        tree = WithoutPorts(tree);
        byte[] prefix = TreeKeys.Of(TreeKeys.Ports);
        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> target) in _committed.Range(prefix))
        {
            tree = tree.Put(key.Span, target);
        }
        return tree;
    }

    private static StateTree WithoutPorts(StateTree tree) => tree.DeletePrefix(TreeKeys.Of(TreeKeys.Ports));

    private static StateTree WithoutBooks(StateTree tree)
    {
        foreach (string prefix in TreeKeys.LedgerPrefixes)
        {
            tree = tree.DeletePrefix(TreeKeys.Of(prefix));
        }
        return tree;
    }

    /// <summary>No more than a kernel can have made, whatever a tree that came in a bundle holds.</summary>
    private static List<ulong> ReadCalls(StateTree tree, int countMax)
    {
        byte[] prefix = TreeKeys.Of(TreeKeys.Calls);
        List<ulong> calls = [];
        foreach ((ReadOnlyMemory<byte> key, _) in tree.Range(prefix).Take(countMax))
        {
            calls.Add(key.Length == prefix.Length + sizeof(ulong)
                ? TreeKeys.ReadNumber(key.Span)
                : throw new CborException(0, "a call has no number"));
        }
        return calls;
    }

    private static long ReadCount(StateTree tree, byte[] key)
    {
        long count = ReadInt64(tree, key);
        return count is >= 0 and <= CountMax ? count : throw new CborException(0, $"{count} is no count");
    }

    private static List<KeyValuePair<string, KernelTimer>> ReadTimers(StateTree tree, int countMax)
    {
        byte[] prefix = TreeKeys.Of(TreeKeys.Timers);
        return [.. tree.Range(prefix).Take(countMax).Select(p => KeyValuePair.Create(
            System.Text.Encoding.ASCII.GetString(p.Key.Span[prefix.Length..]), KernelTimer.Decode(p.Value.Span)))];
    }

    private static long CountDataBytes(StateTree tree) =>
        tree.Range(TreeKeys.Of(TreeKeys.Data)).Sum(p => (long)p.Key.Length - TreeKeys.Data.Length + p.Value.Length);
}
