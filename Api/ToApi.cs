using System.Text.Json;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Api;

/// <summary>What a host says, in the words of the API.</summary>
public static class ToApi
{
    /// <summary>An enumeration's word, in camel case.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>Gas as a number; null is no limit.</summary>
    public static long? Gas(long gas) => gas == GasMeter.Unlimited ? null : gas;

    public static ApiEngine Engine(EngineInfo info) => new(
        info.Id.ToString(), info.Summary, [.. info.Languages.Select(l => new ApiLanguage(l.Name, l.FileExtension))]);

    public static ApiKernel Kernel(KernelInfo info) => new(
        info.Id.Value, info.Engine.ToString(), info.CodeHash.ToString(), Word(info.Status), info.Generation,
        info.CreatedAt, info.Position, info.Chain.ToString(), info.WakeAt, info.InboxCount, info.GasSpent, info.Reason);

    public static ApiSilo Silo(SiloInfo info) => new(info.Name, info.Address, info.Status, info.IsHere);

    public static ApiPlace Place(KernelPlace place) => new(place.Id.Value, place.Silo);

    public static ApiAccepted Accepted(MessageAccepted accepted) =>
        new(accepted.To.Value, accepted.Position, accepted.Duplicate);

    public static ApiCallResult CallResult(CallResult result, string key) => new(
        Word(result.Status), ApiBytes.Of(result.Payload), Gas(result.GasUsed), result.Duplicate, key,
        result.Receipt is { } receipt ? Receipt(receipt) : null);

    public static ApiReceipt Receipt(Receipt receipt) => new(
        receipt.Kernel.Value, receipt.Generation, receipt.Input, receipt.InputHash.ToString(), receipt.Outcome,
        receipt.Chain.ToString(), Gas(receipt.Gas), Word(receipt.Status), receipt.OutputHash.ToString());

    public static ApiStateEntry StateEntry(StateEntry entry) => new(ApiBytes.Of(entry.Key), ApiBytes.Of(entry.Value));

    public static ApiEvidence Evidence(StateEvidence evidence) => new(
        evidence.Root.ToString(), ApiBytes.Of(evidence.Key), evidence.Value is { } value ? ApiBytes.Of(value) : null,
        Convert.ToHexStringLower(evidence.Proof.ToBytes()));

    public static ApiSnapshot Snapshot(SnapshotInfo info) => new(
        info.Name, info.Position, info.Generation, info.Root.ToString(), info.Chain.ToString(), info.HalfDone,
        info.Time);

    public static ApiHeldPort HeldPort(PortInfo info) => new(info.Name, info.Port.Target.Value, info.Port.Grant);

    public static ApiTimer Timer(TimerInfo info) => new(
        info.Name, info.Timer.Due, info.Timer.Period, info.Timer.Entry, ApiBytes.Of(info.Timer.Payload),
        Gas(info.Timer.Gas));

    public static ApiDeadLetter DeadLetter(DeadLetterInfo info) => new(
        info.Number, info.Letter.Time, Word(info.Letter.Status), info.Letter.Reason, info.Letter.Tries,
        Message(info.Letter.Message));

    public static ApiMessage Message(Envelope message) => new(
        Word(message.Kind), message.From.Value, message.FromGeneration, message.Number, message.To.Value, message.Entry,
        ApiBytes.Of(message.Payload), Gas(message.Gas), message.CallId, Word(message.Status),
        [.. message.CallChain.Select(id => id.Value)], message.IdempotencyKey, message.Trace,
        [.. message.Ports.Select(p => p.ToString())], message.Grant, message.Deadline);

    public static ApiJournalEntry JournalEntry(JournalItem item)
    {
        Dictionary<string, string> fields = [];
        foreach ((string name, string value) in item.Fields)
        {
            fields[name] = value;
        }
        return new ApiJournalEntry(item.Position, item.Kind, item.Text, fields, item.Chain.ToString());
    }

    public static ApiTraceStep TraceStep(TraceStep step)
    {
        Dictionary<string, string> values = [];
        foreach ((string name, string value) in step.Step.Values)
        {
            values[name] = value;
        }
        return new ApiTraceStep(
            step.Number, step.Gas, step.Step.Depth, step.Step.Position, step.Step.Instruction, values);
    }

    public static ApiVerifyReport VerifyReport(VerifyReport report) => new(
        report.Id.Value, report.Accepted, report.From, report.To, report.FirstDifference, report.Reason,
        report.Chain.ToString(), report.Root.ToString(), report.GasExecuted);

    public static ApiMachine Machine(MachineState machine) => new(
        machine.Engine.ToString(), Word(machine.Status), machine.Text, Hexadecimal(machine.Snapshot.Sections),
        Hexadecimal(machine.Snapshot.Memories));

    /// <summary>
    /// The topic is the host's own word; of an ended message, the name of its <see cref="ReplyStatus"/>.
    /// </summary>
    public static ApiEvent Event(KernelEvent e) =>
        new(Word(e.Kind), e.Id.Value, e.Time, e.Topic, ApiBytes.Of(e.Content), Word(e.Status));

    private static SortedDictionary<string, string> Hexadecimal(IReadOnlyDictionary<string, byte[]> parts)
    {
        SortedDictionary<string, string> text = new(StringComparer.Ordinal);
        foreach ((string name, byte[] bytes) in parts)
        {
            text.Add(name, Convert.ToHexStringLower(bytes));
        }
        return text;
    }
}
