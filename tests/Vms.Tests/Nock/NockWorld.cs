using System.Text;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>
/// An executor and transactions, each a machine of its own with a host of its own; who goes on next is chance.
/// </summary>
internal sealed class NockWorld
{
    private const string ExecutorName = "executor";
    private const int StepsMax = 200_000;

    private readonly Random _random;
    private readonly IVmProgram _rules;
    private readonly List<Transaction> _transactions = [];
    private int _sleeps;

    public NockWorld(string rules, int seed)
    {
        _random = new Random(seed);
        _rules = new NockExecutorEngine().Load(Encoding.UTF8.GetBytes(rules), VmLimits.Default);
    }

    /// <summary>What the executor's kernel stores, and its ports.</summary>
    public TestHost Executor { get; } = new(VmLimits.Default);

    /// <summary>Saves and restores machines wherever they stop.</summary>
    public bool Restores { get; init; }

    /// <summary>Gas of each transaction's message.</summary>
    public long Gas { get; init; } = 50_000_000;

    /// <summary>A message of a client: the output, or the text of the exit.</summary>
    public string Ask(string entry, string payload) =>
        Tell(new VmEntry(entry, Encoding.UTF8.GetBytes(payload), ""), []) is { Status: ReplyStatus.Ok } reply
            ? Encoding.UTF8.GetString(reply.Payload)
            : "refused";

    public void Submit(string name, byte[] code, string id, long? gas = null) =>
        _transactions.Add(new Transaction(this, name, code, id, gas ?? Gas));

    /// <summary>Runs all to their ends: the outputs by name.</summary>
    /// <param name="then">Done once, when there have been so many sleeps.</param>
    public Dictionary<string, string> Run(int afterSleeps = int.MaxValue, Action? then = null)
    {
        List<Transaction> open = [.. _transactions];
        for (int i = 0; i < StepsMax && open.Count > 0; i++)
        {
            Transaction next = open[_random.Next(open.Count)];
            next.Step();
            if (_sleeps >= afterSleeps && then is not null)
            {
                then();
                then = null;
            }
            if (next.Output is not null)
            {
                open.Remove(next);
            }
        }
        return _transactions.ToDictionary(t => t.Name, t => t.Output ?? "no end");
    }

    private (ReplyStatus Status, byte[] Payload, string[] Ports) Tell(VmEntry entry, string[] arrived)
    {
        IVmContainer machine = _rules.Start();
        Executor.CanReply = true;
        Executor.ArrivedPorts = arrived;
        machine.Enter(entry);
        if (Restores)
        {
            SnapshotBuffer saved = new();
            machine.Save(saved);
            machine = _rules.Restore(saved);
        }
        GasMeter gas = new(1_000_000_000, 1_000_000_000);
        VmExit exit = machine.Run(ref gas, Executor);
        if (!Executor.CanReply)
        {
            TestReply reply = Executor.Replies[^1];
            return (ReplyStatus.Ok, reply.Payload, [.. reply.Ports.Select(p => Executor.Ports[p])]);
        }
        return exit switch
        {
            VmExit.Halted halted => (ReplyStatus.Ok, halted.Output.ToArray(), []),
            VmExit.Reverted reverted => (ReplyStatus.Reverted, reverted.Output.ToArray(), []),
            _ => (ReplyStatus.Trapped, Encoding.UTF8.GetBytes(exit.ToString()), []),
        };
    }

    private sealed class Transaction
    {
        private readonly NockWorld _world;
        private readonly long _gas;
        private readonly IVmProgram _program;
        private readonly TestHost _host = new(VmLimits.Default);
        private IVmContainer _machine;
        private VmAnswer? _answer;
        private TestMessage? _waits;
        private long _used;

        public Transaction(NockWorld world, string name, byte[] code, string id, long gas)
        {
            (_world, Name, _gas) = (world, name, gas);
            _program = NockTestRun.Engine.Load(code, VmLimits.Default);
            _machine = _program.Start();
            _machine.Enter(new VmEntry("transact", Encoding.UTF8.GetBytes(id), ""));
            _host.Ports.Add("executor", ExecutorName);
        }

        public string Name { get; }

        public string? Output { get; private set; }

        public void Step()
        {
            if (_waits is not null)
            {
                Transaction ahead = _world._transactions.Single(t => t.Name == _host.Ports[_waits.Port]);
                if (ahead.Output is null)
                {
                    return;
                }
                _used -= _waits.Gas;
                (_waits, _answer) = (null, new VmAnswer.Replied(ReplyStatus.Ok, default));
            }
            if (_answer is not null)
            {
                _machine.Resume(_answer);
                _answer = null;
            }
            GasMeter gas = new(_world._random.Next(1, 3_000), _gas - _used);
            VmExit exit = _machine.Run(ref gas, _host);
            _used += gas.Used;
            if (_world.Restores && exit is VmExit.SliceEnded or VmExit.Suspended)
            {
                SnapshotBuffer saved = new();
                _machine.Save(saved);
                _machine = _program.Restore(saved);
            }
            switch (exit)
            {
                case VmExit.SliceEnded:
                    break;
                case VmExit.Suspended { Request: HostRequest.Sleep }:
                    _answer = VmAnswer.Slept.Instance;
                    _world._sleeps++;
                    break;
                case VmExit.Suspended { Request: HostRequest.AwaitReply }:
                    Call(_host.Sends[^1]);
                    break;
                case VmExit.Halted halted:
                    Output = Encoding.UTF8.GetString(halted.Output.Span);
                    break;
                case VmExit.Reverted reverted:
                    Output = $"reverted: {Encoding.UTF8.GetString(reverted.Output.Span)}";
                    break;
                default:
                    Output = exit.ToString();
                    break;
            }
        }

        private void Call(TestMessage message)
        {
            if (message.Port != "executor")
            {
                _waits = message;
                return;
            }
            (ReplyStatus status, byte[] payload, string[] ports) = _world.Tell(
                new VmEntry(message.Entry, message.Payload, Name), [.. message.Ports.Select(_ => Name)]);
            _host.ArrivedPorts = ports;
            // What a call leaves over comes back with its reply; here that is all of it.
            _used -= message.Gas;
            _answer = new VmAnswer.Replied(status, payload);
        }
    }
}
