namespace Granary.Vms.Tests.Script;

/// <summary>Runs a case as a kernel would: in slices, saved and restored where asked, answering suspensions.</summary>
/// <param name="sliceGas">Gas of a slice, asked for before each.</param>
/// <param name="cuts">True when the machine is to be saved and restored at the present safe point.</param>
/// <param name="messageGas">Instead of the vector's own.</param>
internal sealed class ScriptDriver(
    ScriptVector vector, IVmProgram program, Func<long> sliceGas, Func<bool> cuts, long? messageGas)
{
    private readonly long _messageGas = messageGas ?? vector.MessageGas ?? GasMeter.Unlimited;
    private readonly TestHost _host = MakeHost(vector);
    private readonly List<string> _portsBefore = ShowPorts(MakeHost(vector));
    private readonly List<string> _requests = [];
    private IVmContainer _machine = program.Start();
    private long _messageLeft;
    private long _used;

    /// <summary>Given every snapshot that the driver takes.</summary>
    public Action<byte[]>? Saved { get; init; }

    /// <summary>How many slices the run took.</summary>
    public int Slices { get; private set; }

    public static ScriptOutcome Whole(ScriptVector vector) => For(vector).Run();

    public static ScriptDriver For(ScriptVector vector, Func<long>? sliceGas = null, Func<bool>? cuts = null,
        long? messageGas = null, Action<byte[]>? saved = null) =>
        new(vector, ScriptVectors.Load(vector),
            sliceGas ?? (() => GasMeter.Unlimited), cuts ?? (() => false), messageGas)
        {
            Saved = saved,
        };

    public ScriptOutcome Run()
    {
        _messageLeft = _messageGas;
        Cut();
        _machine.Enter(new VmEntry(vector.Entry, Repeat(vector.Payload, vector.PayloadTimes), vector.Sender));
        Queue<ScriptAnswer> answers = new(vector.Answers);
        while (true)
        {
            Cut();
            GasMeter gas = new(sliceGas(), _messageLeft);
            VmExit exit = _machine.Run(ref gas, _host);
            Slices++;
            _used += gas.Used;
            _messageLeft = gas.MessageLeft;
            switch (exit)
            {
                case VmExit.SliceEnded:
                    break;
                case VmExit.Suspended(HostRequest request):
                    _requests.Add(Show(request));
                    Cut();
                    if (!answers.TryDequeue(out ScriptAnswer? answer))
                    {
                        return Outcome("suspended") with { State = Convert.ToHexStringLower(Save().Sections["state"]) };
                    }
                    _machine.Resume(MakeAnswer(answer));
                    break;
                case VmExit.Halted halted:
                    AssertIdle();
                    return Outcome("halted") with { Output = ShowOutput(halted.Output) };
                case VmExit.Reverted reverted:
                    AssertIdle();
                    return Outcome("reverted") with { Output = ShowOutput(reverted.Output) };
                case VmExit.Trapped trapped:
                    return Outcome("trapped") with { Trap = trapped.Kind.ToString(), Site = trapped.Site.Text };
            }
        }
    }

    private VmAnswer MakeAnswer(ScriptAnswer answer)
    {
        byte[] payload = Repeat(answer.Payload, answer.PayloadTimes);
        switch (answer.Kind)
        {
            case "slept":
                return VmAnswer.Slept.Instance;
            case "timedOut":
                return VmAnswer.TimedOut.Instance;
            case "replied":
                _host.ArrivedPorts = answer.Arrived;
                _host.Fired = 0;
                return new VmAnswer.Replied((ReplyStatus)answer.Status, payload);
            case "received":
                // The new message brings its own gas, and may be replied to.
                _messageLeft = _messageGas;
                _host.CanReply = vector.Call;
                _host.ArrivedPorts = answer.Arrived;
                _host.Fired = answer.Fired;
                return new VmAnswer.Received(new VmEntry(answer.Entry, payload, answer.Sender));
            default:
                throw new InvalidDataException($"'{vector.Name}' has an answer of the unknown kind '{answer.Kind}'.");
        }
    }

    private void Cut()
    {
        if (cuts())
        {
            SnapshotBuffer saved = Save();
            _machine = program.Restore(saved);
            Assert.True(saved.ContentEquals(Save()), "A restored machine saves other bytes than it was restored from.");
        }
    }

    private SnapshotBuffer Save()
    {
        SnapshotBuffer buffer = new();
        _machine.Save(buffer);
        Saved?.Invoke(buffer.Sections["state"]);
        return buffer;
    }

    private void AssertIdle()
    {
        SnapshotBuffer fresh = new();
        program.Start().Save(fresh);
        Assert.True(fresh.ContentEquals(Save()), "A machine that has ended keeps something.");
    }

    private ScriptOutcome Outcome(string exit) => new()
    {
        Exit = exit,
        Gas = _used,
        Requests = OrNull(_requests),
        Prints = OrNull(_host.Prints.ConvertAll(b => ScriptVectors.Text(b))),
        Logs = OrNull(_host.Logs.ConvertAll(b => ScriptVectors.Text(b))),
        Sends = OrNull(_host.Sends.ConvertAll(Show)),
        Replies = OrNull(_host.Replies.ConvertAll(r => ScriptVectors.Text(r.Payload) + ShowPorts(r.Ports))),
        Emits = OrNull(_host.Emits.ConvertAll(e => $"{e.Topic} {ScriptVectors.Text(e.Payload)}")),
        Ports = ShowPorts(_host).SequenceEqual(_portsBefore) ? null : ShowPorts(_host),
        Timers = OrNull([.. _host.Timers.Select(t => Show(t.Key, t.Value))]),
        Data = _host.Data.Count == 0 ? null : ShowData(),
    };

    private SortedDictionary<string, string> ShowData()
    {
        SortedDictionary<string, string> data = new(StringComparer.Ordinal);
        foreach ((byte[] key, byte[] value) in _host.Data)
        {
            data.Add(ScriptVectors.Text(key), ScriptVectors.Text(value));
        }
        return data;
    }

    private static List<string>? OrNull(List<string> items) => items.Count == 0 ? null : items;

    private static string? ShowOutput(ReadOnlyMemory<byte> output) =>
        output.IsEmpty ? null : ScriptVectors.Text(output.Span);

    private static string Show(TestMessage m) =>
        $"{m.Port} {m.Entry} {ScriptVectors.Text(m.Payload)} {m.Gas}{(m.CallId == 0 ? "" : $" call {m.CallId}")}"
        + (m.Timeout is { } timeout ? $" timeout {timeout}" : "") + ShowPorts(m.Ports);

    private static string Show(string name, TestTimer t) =>
        $"{name} {t.Entry} {ScriptVectors.Text(t.Payload)} after {t.Delay}"
        + (t.Period == 0 ? "" : $" every {t.Period}") + $" gas {t.Gas}";

    private static string ShowPorts(IReadOnlyList<string> names) =>
        names.Count == 0 ? "" : $" with {string.Join(' ', names)}";

    private static List<string> ShowPorts(TestHost host) => [.. host.Ports.Select(p => $"{p.Key} {p.Value}")];

    private static string Show(HostRequest request) => request switch
    {
        HostRequest.Sleep sleep => $"sleep {sleep.Milliseconds}",
        HostRequest.Receive { TimeoutMilliseconds: { } timeout } => $"receive timeout {timeout}",
        HostRequest.Receive => "receive",
        HostRequest.AwaitReply await => $"await {await.CallId}",
        _ => throw new InvalidOperationException($"Unknown request {request}."),
    };

    private static TestHost MakeHost(ScriptVector vector)
    {
        TestHost host = new(VmLimits.Default)
        {
            CanReply = vector.Call,
            ArrivedPorts = vector.Arrived,
            Fired = vector.Fired,
        };
        foreach ((string key, string value) in vector.Data)
        {
            host.Data.Add(ScriptVectors.Bytes(key), ScriptVectors.Bytes(value));
        }
        foreach (string port in vector.Ports)
        {
            host.Ports.Add(port, port);
        }
        return host;
    }

    private static byte[] Repeat(string text, int times) =>
        ScriptVectors.Bytes(string.Concat(Enumerable.Repeat(text, times)));
}
