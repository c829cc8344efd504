using System.Globalization;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>
/// All kernels together: what one has sent, the other has taken, once and in order, unless the sender was told that it
/// never will; and what clients were told is what the journals say.
/// </summary>
internal sealed class MessageCheck(SortedDictionary<KernelId, FinalKernel> kernels, Action<string> violate)
{
    public void Check(IEnumerable<ClientCall> calls)
    {
        CheckBetweenKernels();
        CheckClients(calls);
    }

    private void CheckBetweenKernels()
    {
        Dictionary<(KernelId From, ulong Generation, KernelId To), List<Envelope>> taken = [];
        Dictionary<(KernelId From, ulong Generation, KernelId To), List<Envelope>> sent = [];
        HashSet<(KernelId From, ulong Generation, KernelId To, ulong Number)> refused = [];
        foreach (FinalKernel kernel in kernels.Values)
        {
            foreach (JournalEntry entry in kernel.Entries)
            {
                if (entry is JournalEntry.Received { Message: { From.IsClient: false } message })
                {
                    ListOf(taken, message).Add(message);
                }
                else if (entry is JournalEntry.Acknowledged { Status: not ReplyStatus.Ok } told)
                {
                    refused.Add((kernel.Id, told.Generation, told.To, told.Number));
                }
            }
            foreach (Effect effect in kernel.Effects)
            {
                if (effect is Effect.Send { Message: { } message })
                {
                    ListOf(sent, message).Add(message);
                }
            }
        }
        foreach ((var pair, List<Envelope> messages) in sent)
        {
            messages.RemoveAll(m => refused.Contains((pair.From, pair.Generation, pair.To, m.Number)));
            Compare(pair, messages, taken.GetValueOrDefault(pair) ?? []);
            taken.Remove(pair);
        }
        foreach ((var pair, List<Envelope> messages) in taken)
        {
            violate($"{pair.To} took {messages.Count} messages of {pair.From} (generation {pair.Generation}) that "
                + "nobody sent");
        }
    }

    private void Compare(
        (KernelId From, ulong Generation, KernelId To) pair, List<Envelope> sent, List<Envelope> taken)
    {
        for (int i = 0; i < Math.Max(sent.Count, taken.Count); i++)
        {
            string? difference = i >= taken.Count ? $"message {sent[i].Number} is lost"
                : i >= sent.Count ? $"message {taken[i].Number} was taken and never sent"
                : sent[i].Number != taken[i].Number
                    ? $"message {taken[i].Number} was taken where {sent[i].Number} should be"
                : !IsSame(sent[i], taken[i]) ? $"message {sent[i].Number} was changed on the way"
                : null;
            if (difference is not null)
            {
                violate($"{pair.From} (generation {pair.Generation}) to {pair.To}: {difference}");
                return;
            }
        }
    }

    private void CheckClients(IEnumerable<ClientCall> calls)
    {
        Dictionary<(KernelId, string), List<ulong>> byKey = [];
        Dictionary<(KernelId, ulong), Effect.Answer> answers = [];
        foreach (FinalKernel kernel in kernels.Values)
        {
            for (int i = 0; i < kernel.Entries.Count; i++)
            {
                if (kernel.Entries[i] is JournalEntry.Received { Message: { From.IsClient: true } message })
                {
                    // Behind the mark stands the try, when a test has clients forget their keys.
                    string key = message.IdempotencyKey.Split('#')[0];
                    (byKey.TryGetValue((kernel.Id, key), out List<ulong>? positions)
                        ? positions
                        : byKey[(kernel.Id, key)] = []).Add((ulong)i + 1);
                }
            }
            foreach (Effect effect in kernel.Effects)
            {
                if (effect is Effect.Answer answer && !answers.TryAdd((kernel.Id, answer.Input), answer))
                {
                    violate($"{kernel.Id} answered message {answer.Input} twice");
                }
            }
        }
        foreach (ClientCall call in calls)
        {
            List<ulong> positions = byKey.GetValueOrDefault((call.To, call.Key)) ?? [];
            if (positions.Count > 1)
            {
                violate($"{call.To} took {Show(call)} {positions.Count} times");
            }
            else if (call.IsDone && positions.Count == 0)
            {
                violate($"{call.To} acknowledged {Show(call)} and lost it");
            }
            else if (call.Result is { } result && (!answers.TryGetValue((call.To, positions[0]), out
                Effect.Answer? answer) || answer.Status != result.Status
                || !answer.Payload.Span.SequenceEqual(result.Payload.Span)))
            {
                violate($"{call.To} answered {Show(call)} with {result.Status} '{call.ReplyText}', its journal says "
                    + "otherwise");
            }
        }
    }

    private static string Show(ClientCall call) => string.Create(NumberFormatInfo.InvariantInfo,
        $"'{call.Entry} {call.Payload}' (key {call.Key})");

    private static bool IsSame(Envelope a, Envelope b) =>
        a.Kind == b.Kind && a.Entry == b.Entry && a.Payload.Span.SequenceEqual(b.Payload.Span) && a.Gas == b.Gas
        && a.CallId == b.CallId && a.Status == b.Status && a.Deadline == b.Deadline
        && a.CallChain.SequenceEqual(b.CallChain) && a.Ports.SequenceEqual(b.Ports);

    private static List<Envelope> ListOf(
        Dictionary<(KernelId, ulong, KernelId), List<Envelope>> lists, Envelope message) =>
        lists.TryGetValue((message.From, message.FromGeneration, message.To), out List<Envelope>? list)
            ? list
            : lists[(message.From, message.FromGeneration, message.To)] = [];
}
