using System.Globalization;
using System.Text;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>Journal entries for people and programs.</summary>
public static class JournalText
{
    private const int PayloadCharsMax = 60;

    public static string Describe(JournalEntry entry)
    {
        StringBuilder text = new(KindOf(entry));
        foreach ((string name, string value) in Fields(entry))
        {
            text.Append(' ').Append(name).Append('=').Append(value);
        }
        return text.ToString();
    }

    /// <summary>The entry as one item of a listing.</summary>
    public static JournalItem ToItem(in JournalRecord record)
    {
        JournalEntry entry = JournalCodec.Decode(record.Bytes.Span);
        return new JournalItem(record.Position, KindOf(entry), Describe(entry), Fields(entry), record.Chain);
    }

    private static string KindOf(JournalEntry entry) => entry switch
    {
        JournalEntry.Born => "born",
        JournalEntry.Received => "received",
        JournalEntry.Woken => "woken",
        JournalEntry.Acknowledged => "acknowledged",
        JournalEntry.Commanded => "commanded",
        JournalEntry.Ended => "ended",
        JournalEntry.Checkpointed => "checkpointed",
        _ => throw new ArgumentException($"{entry.GetType().Name} is no journal entry.", nameof(entry)),
    };

    private static List<KeyValuePair<string, string>> Fields(JournalEntry entry)
    {
        List<KeyValuePair<string, string>> fields = [];
        void Add(string name, string value) => fields.Add(new KeyValuePair<string, string>(name, value));
        switch (entry)
        {
            case JournalEntry.Born born:
                Add("id", born.Id.Value);
                Add("generation", Number(born.Generation));
                Add("time", Number(born.Time));
                Add("engine", born.Engine.ToString());
                Add("code", born.CodeHash.ToString());
                if (born.Origin is { } origin)
                {
                    Add(origin.Kind == OriginKind.Fork ? "forkOf" : "importOf", origin.Parent.Value);
                    Add("parentPosition", Number(origin.Position));
                    Add("parentChain", origin.Chain.ToString());
                }
                break;
            case JournalEntry.Received received:
                Add("time", Number(received.Time));
                AddMessage(Add, received.Message);
                break;
            case JournalEntry.Woken woken:
                Add("time", Number(woken.Time));
                break;
            case JournalEntry.Acknowledged acknowledged:
                Add("time", Number(acknowledged.Time));
                Add("to", acknowledged.To.Value);
                Add("number", Number(acknowledged.Number));
                Add("status", acknowledged.Status.ToString());
                break;
            case JournalEntry.Commanded commanded:
                Add("time", Number(commanded.Time));
                Add("command", commanded.Command.GetType().Name);
                Add("gasAt", Number(commanded.GasAt));
                AddCommand(Add, commanded.Command);
                break;
            case JournalEntry.Ended ended:
                Add("input", Number(ended.Input));
                Add("exit", ended.Exit.ToString());
                if (ended.Trap != TrapKind.None)
                {
                    Add("trap", ended.Trap.ToString());
                    Add("site", $"'{ended.Site}'");
                }
                Add("gas", Number(ended.Gas));
                Add("output", ended.OutputHash == default ? "none" : ended.OutputHash.ToString());
                Add("effects", ended.Effects == default ? "none" : ended.Effects.ToString());
                break;
            case JournalEntry.Checkpointed checkpointed:
                Add("time", Number(checkpointed.Time));
                Add("gasAt", Number(checkpointed.GasAt));
                Add("root", checkpointed.Root.ToString());
                if (checkpointed.WorkRoot is { } work)
                {
                    Add("workRoot", work.ToString());
                }
                break;
        }
        return fields;
    }

    private static void AddCommand(Action<string, string> add, KernelCommand command)
    {
        switch (command)
        {
            case KernelCommand.SetPort port:
                add("port", port.Name);
                add("target", port.Target?.Value ?? "none");
                break;
            case KernelCommand.Rollback rollback:
                add("root", rollback.Root.ToString());
                break;
            case KernelCommand.CancelMessage cancel:
                add("input", Number(cancel.Input));
                break;
            case KernelCommand.SetTimer timer:
                add("timer", timer.Name);
                add("due", timer.Timer is { } set ? Number(set.Due) : "none");
                break;
            case KernelCommand.ResendDeadLetter resend:
                add("deadLetter", Number(resend.Number));
                break;
            case KernelCommand.DropDeadLetter drop:
                add("deadLetter", Number(drop.Number));
                break;
        }
    }

    private static void AddMessage(Action<string, string> add, Envelope message)
    {
        add("kind", message.Kind.ToString());
        add("from", message.From.IsClient ? "client" : $"{message.From}/{message.FromGeneration}");
        if (message.Number > 0)
        {
            add("number", Number(message.Number));
        }
        if (message.Entry.Length > 0)
        {
            add("entry", message.Entry);
        }
        add("payload", DescribePayload(message.Payload.Span));
        add("gas", message.Gas == GasMeter.Unlimited ? "unlimited" : Number(message.Gas));
        if (message.Kind == MessageKind.Reply)
        {
            add("status", message.Status.ToString());
        }
        if (message.IdempotencyKey.Length > 0)
        {
            add(message.Kind == MessageKind.Timer ? "timer" : "key", message.IdempotencyKey);
        }
        if (message.Grant > 0)
        {
            add("grant", Number(message.Grant));
        }
        if (message.Ports.Count > 0)
        {
            add("ports", string.Join(',', message.Ports));
        }
        if (message.Deadline is { } deadline)
        {
            add("deadline", Number(deadline));
        }
        if (message.Trace.Length > 0)
        {
            add("trace", message.Trace);
        }
    }

    private static string DescribePayload(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> head = payload[..Math.Min(payload.Length, PayloadCharsMax)];
        bool text = head.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        string shown = text ? $"'{Encoding.ASCII.GetString(head)}'" : Convert.ToHexStringLower(head);
        return shown.Length <= PayloadCharsMax && head.Length == payload.Length
            ? shown
            : $"{shown[..Math.Min(shown.Length, PayloadCharsMax)]}... ({payload.Length} bytes)";
    }

    private static string Number(long value) => value.ToString(NumberFormatInfo.InvariantInfo);

    private static string Number(ulong value) => value.ToString(NumberFormatInfo.InvariantInfo);
}
