using System.Text.Json.Nodes;
using Granary.Vms.Primea;

namespace Granary.Vms.Tests.Primea;

/// <summary>
/// Version 0.1's rule, told in another way than the engine does: instances run side by side, a step here and a step
/// there in any order, and each takes its next message when every port of it has one, or when nobody else can send it
/// an earlier one any more. Whatever the order, each instance must see the same.
/// </summary>
internal sealed class PortsModel(Random schedule)
{
    private readonly List<Instance> _instances = [];

    /// <summary>What each instance was told, in order, as the engine's events say it.</summary>
    public Dictionary<string, List<string>> Seen { get; } = [];

    public Dictionary<string, List<string>> Storage =>
        _instances.ToDictionary(i => i.Id.ToString(), i => i.Stored.ToList());

    public void Run(JsonArray messages)
    {
        if (_instances.Count == 0)
        {
            _instances.Add(new Instance(PrimeaHash.IdOf(0, null)));
        }
        foreach (JsonNode? message in messages.OrderBy(m => (long?)m!["fromTicks"] ?? 0))
        {
            _instances[0].Arrivals.Enqueue(new Message((long?)message!["fromTicks"] ?? 0, message, []));
        }
        do
        {
            while (true)
            {
                Instance[] ready = [.. _instances.Where(i => i.Steps is not null || MayTake(i))];
                if (ready.Length == 0)
                {
                    break;
                }
                Go(ready[schedule.Next(ready.Length)]);
            }
        }
        while (KillLost());
        _instances.ForEach(i => i.Ticks = 0);
    }

    private bool MayTake(Instance instance)
    {
        if (instance.Head() is not { } head)
        {
            return false;
        }
        if (instance.Arrivals.Count == 0 && instance.Ports.Values.All(end => end.Queue.Count > 0))
        {
            return true;
        }
        return _instances.Where(other => other != instance).All(other => other.LeastTicks() >= head.Message.FromTicks);
    }

    private void Go(Instance instance)
    {
        if (instance.Steps is null)
        {
            Take(instance);
            return;
        }
        string? error = null;
        if (instance.Steps.Count > 0)
        {
            error = Step(instance, instance.Steps.Dequeue());
            if (error is null)
            {
                return;
            }
        }
        if (instance.Hand.Count > 0)
        {
            instance.Ticks++;
            foreach (End end in instance.Hand.Values.ToArray())
            {
                Kill(end, instance.Ticks);
            }
            instance.Hand.Clear();
        }
        Tell(instance, error ?? "ok");
        instance.Steps = null;
    }

    private void Take(Instance instance)
    {
        (Message message, End? end) = instance.Head()!.Value;
        (end?.Queue ?? instance.Arrivals).Dequeue();
        instance.Ticks = Math.Max(instance.Ticks, message.FromTicks);
        instance.Now = (message, end?.Name ?? "", instance.Ticks);
        if (message.Content is null)
        {
            instance.Ports.Remove(end!.Name);
            end.Bound = false;
            Kill(end, instance.Ticks);
            Tell(instance, "deleted");
            return;
        }
        for (int i = 0; i < message.Ports.Count; i++)
        {
            message.Ports[i].Travels = false;
            instance.Hand.Add($"p{i}", message.Ports[i]);
        }
        instance.Steps = new Queue<JsonNode>(((JsonArray?)message.Content["script"] ?? []).Select(s => s!));
    }

    private string? Step(Instance me, JsonNode step)
    {
        (string name, JsonNode? operand) = step.AsObject().First();
        switch (name)
        {
            case "tick":
                me.Ticks += (long)operand!;
                return null;
            case "push":
                me.Stored.Add(operand!.ToJsonString());
                return null;
            case "channel":
                string a = (string)operand![0]!;
                string b = (string)operand[1]!;
                if (me.Hand.ContainsKey(a) || me.Hand.ContainsKey(b) || a == b)
                {
                    return $"name taken {(me.Hand.ContainsKey(a) ? a : b)}";
                }
                me.Hand[a] = new End();
                me.Hand[b] = new End { Peer = me.Hand[a] };
                me.Hand[a].Peer = me.Hand[b];
                return null;
            case "bind":
                return Bind(me, (string)operand![0]!, (string)operand[1]!);
            case "unbind":
                return Unbind(me, (string)operand![0]!, (string)operand[1]!);
            case "delete":
                return Delete(me, (string)operand!);
            case "send":
                if (!me.Ports.TryGetValue((string)operand!["port"]!, out End? through))
                {
                    return $"unknown port {operand["port"]}";
                }
                return Pack(me, operand, message => Post(through.Peer, message));
            default:
                return Pack(me, operand!, message =>
                {
                    Instance made = new(PrimeaHash.IdOf(me.Nonce++, me.Id));
                    _instances.Add(made);
                    made.Arrivals.Enqueue(message);
                });
        }
    }

    private static string? Bind(Instance me, string port, string held)
    {
        if (!me.Hand.ContainsKey(held))
        {
            return NotInHand(me, held);
        }
        if (me.Ports.ContainsKey(port))
        {
            return $"name taken {port}";
        }
        me.Hand.Remove(held, out End? end);
        (end!.Name, end.Bound, end.Order) = (port, true, me.NextOrder++);
        me.Ports.Add(port, end);
        return null;
    }

    private static string? Unbind(Instance me, string port, string held)
    {
        if (!me.Ports.ContainsKey(port))
        {
            return $"unknown port {port}";
        }
        if (me.Hand.ContainsKey(held))
        {
            return $"name taken {held}";
        }
        me.Ports.Remove(port, out End? end);
        end!.Bound = false;
        me.Hand.Add(held, end);
        return null;
    }

    private static string? Delete(Instance me, string name)
    {
        if (!me.Hand.Remove(name, out End? end) && !me.Ports.Remove(name, out end))
        {
            return $"unknown port {name}";
        }
        end.Bound = false;
        me.Ticks++;
        Kill(end, me.Ticks);
        return null;
    }

    private static string? Pack(Instance me, JsonNode operand, Action<Message> deliver)
    {
        List<string> names = [.. ((JsonArray?)operand["ports"] ?? []).Select(p => (string)p!)];
        for (int i = 0; i < names.Count; i++)
        {
            if (!me.Hand.ContainsKey(names[i]))
            {
                return NotInHand(me, names[i]);
            }
            if (names.IndexOf(names[i]) < i)
            {
                return $"port {names[i]} is sent twice";
            }
        }
        List<End> ends = [];
        foreach (string name in names)
        {
            me.Hand.Remove(name, out End? end);
            end!.Travels = true;
            ends.Add(end);
        }
        me.Ticks++;
        deliver(new Message(me.Ticks, operand, ends));
        return null;
    }

    private static string NotInHand(Instance me, string name) =>
        me.Ports.ContainsKey(name) ? $"port {name} is bound" : $"unknown port {name}";

    private static void Post(End to, Message message)
    {
        if (to.DeadSince is { } since)
        {
            message.Ports.ForEach(end => Kill(end, Math.Max(since, message.FromTicks)));
            return;
        }
        to.Queue.Enqueue(message);
    }

    private static void Kill(End end, long ticks)
    {
        if (end.DeadSince is not null)
        {
            return;
        }
        end.DeadSince = ticks;
        Message[] lost = [.. end.Queue];
        end.Queue.Clear();
        if (end.Peer.DeadSince is null)
        {
            Post(end.Peer, new Message(ticks, null, []));
        }
        foreach (Message message in lost)
        {
            message.Ports.ForEach(brought => Kill(brought, Math.Max(ticks, message.FromTicks)));
        }
    }

    /// <summary>Ends in messages at ends that no instance has any more.</summary>
    private bool KillLost()
    {
        HashSet<End> lost = [];
        Stack<End> open = new(_instances.SelectMany(i => i.Ports.Values));
        HashSet<End> known = [.. open];
        while (open.TryPop(out End? end))
        {
            foreach (End next in end.Queue.SelectMany(m => m.Ports).Append(end.Peer))
            {
                if (known.Add(next))
                {
                    open.Push(next);
                }
            }
        }
        lost.UnionWith(known.Where(end => end is { Bound: false, DeadSince: null }));
        // The order of their deaths does not show: each tells its own other end, once.
        foreach (End end in lost.Where(end => end.DeadSince is null))
        {
            Kill(end, end.Queue.Max(m => (long?)m.FromTicks) ?? 0);
        }
        return lost.Count > 0;
    }

    private void Tell(Instance instance, string result)
    {
        string id = instance.Id.ToString();
        if (!Seen.TryGetValue(id, out List<string>? seen))
        {
            Seen[id] = seen = [];
        }
        (Message message, string port, long ticks) = instance.Now;
        string label = (string?)message.Content?["label"] ?? "";
        seen.Add($"{label} {port} {message.FromTicks} {ticks} {result} {instance.Ticks}");
    }

    private sealed record Message(long FromTicks, JsonNode? Content, List<End> Ports);

    private sealed class End
    {
        public End Peer { get; set; } = null!;

        public Queue<Message> Queue { get; } = new();

        public bool Bound { get; set; }

        public bool Travels { get; set; }

        public long? DeadSince { get; set; }

        public string Name { get; set; } = "";

        public long Order { get; set; }
    }

    private sealed class Instance(PrimeaHash id)
    {
        public PrimeaHash Id { get; } = id;

        public long Ticks { get; set; }

        public ulong Nonce { get; set; }

        public long NextOrder { get; set; }

        public SortedDictionary<string, End> Ports { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, End> Hand { get; } = new(StringComparer.Ordinal);

        public Queue<Message> Arrivals { get; } = new();

        public List<string> Stored { get; } = [];

        public Queue<JsonNode>? Steps { get; set; }

        public (Message Message, string Port, long Ticks) Now { get; set; }

        /// <summary>The message with the smallest ticks; of equals the one of the oldest port.</summary>
        public (Message Message, End? End)? Head()
        {
            (Message Message, End? End)? head = Arrivals.TryPeek(out Message? arrival) ? (arrival, null) : null;
            foreach (End end in Ports.Values.OrderBy(end => end.Order))
            {
                if (end.Queue.TryPeek(out Message? first)
                    && (head is null || first.FromTicks < head.Value.Message.FromTicks))
                {
                    head = (first, end);
                }
            }
            return head;
        }

        /// <summary>What it can send next has more ticks than this.</summary>
        public long LeastTicks() => Steps is not null
            ? Ticks
            : Head() is { } head ? Math.Max(Ticks, head.Message.FromTicks) : long.MaxValue;
    }
}
