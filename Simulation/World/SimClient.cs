using System.Globalization;
using System.Text;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Somebody outside who wants one thing after the other, asks any node, and asks again until there is an answer.
/// </summary>
internal sealed class SimClient
{
    private const long PatienceMicroseconds = 1_500_000;
    private const long AgainMicroseconds = 100_000;
    private const int TriesBeforeGivingUp = 3;

    private readonly SimWorld _world;
    private readonly Func<ClientCall?> _next;
    private readonly Action<ClientCall> _done;
    private readonly long _pause;
    private ClientCall? _call;
    private long _number;
    private int _tries;

    /// <param name="next">The next thing it wants; null when it has all.</param>
    /// <param name="done">Told when a call is answered, or given up.</param>
    /// <param name="pause">Median of its pauses, in microseconds.</param>
    public SimClient(SimWorld world, int end, Func<ClientCall?> next, Action<ClientCall> done, long pause)
    {
        (_world, End, _next, _done, _pause) = (world, end, next, done, pause);
        Name = string.Create(NumberFormatInfo.InvariantInfo, $"c{end - SimNetwork.FirstClientEnd}");
    }

    public int End { get; }

    public string Name { get; }

    public bool IsDone { get; private set; }

    /// <summary>What it waits for; null when it pauses or has all.</summary>
    public ClientCall? Current => _call;

    public void Start() => _world.Plan(_world.Random.Wait(_pause), Begin);

    public void Receive(SimPacket.Response response)
    {
        if (_call is not { } call || response.Number != _number)
        {
            return;
        }
        if (response.Failed)
        {
            long number = _number;
            _world.Plan(_world.Random.Wait(AgainMicroseconds), () => TryAgain(number));
            return;
        }
        _world.Trace.Add(_world.Now, SimEvent.ClientAnswered, -1, Name, response.Number);
        if (response.Result is { } result)
        {
            _world.Trace.Add(Hash.Of(result.Payload.Span));
        }
        (call.Result, call.IsDone, call.Ended) = (response.Result, true, _world.Now);
        GoOn(call);
    }

    private void Begin()
    {
        if (_next() is not { } call)
        {
            IsDone = true;
            return;
        }
        _call = call;
        _tries = 0;
        _number++;
        call.Began = _world.Now;
        call.Key = string.Create(NumberFormatInfo.InvariantInfo, $"{Name}-{_number}");
        _world.Trace.Add(_world.Now, SimEvent.ClientCalled, -1, call.To.Value, _number);
        Try(_number);
    }

    private void TryAgain(long number)
    {
        if (number != _number || _call is not { } call)
        {
            return;
        }
        if (call.MayGiveUp && _tries >= TriesBeforeGivingUp)
        {
            _world.Trace.Add(_world.Now, SimEvent.ClientGaveUp, -1, call.To.Value, number);
            GoOn(call);
            return;
        }
        _world.Trace.Add(_world.Now, SimEvent.ClientAgain, -1, call.To.Value, number);
        Try(number);
    }

    private void Try(long number)
    {
        ClientCall call = _call!;
        _tries++;
        string key = _world.Options.Sabotage == SimSabotage.KeysForgotten
            ? string.Create(NumberFormatInfo.InvariantInfo, $"{call.Key}#{_tries}")
            : call.Key;
        Envelope envelope = new()
        {
            Kind = call.IsCall ? MessageKind.Call : MessageKind.Send, To = call.To, Entry = call.Entry,
            Payload = Encoding.Latin1.GetBytes(call.Payload), Gas = call.Gas, IdempotencyKey = key,
        };
        // A client that asks again may as well only ask what became of its call.
        bool onlyIfKnown = call.IsCall && _tries > 1 && _world.Random.Chance(250_000);
        int node = _world.Random.Next(_world.Nodes.Count);
        _world.Network.Send(End, node, new SimPacket.Request(this, number, envelope, onlyIfKnown));
        int tries = _tries;
        _world.Plan(PatienceMicroseconds, () =>
        {
            if (_tries == tries)
            {
                TryAgain(number);
            }
        });
    }

    private void GoOn(ClientCall call)
    {
        _call = null;
        _done(call);
        _world.Plan(_world.Random.Wait(_pause), Begin);
    }
}
