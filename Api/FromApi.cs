using System.Text.Json;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Api;

/// <summary>
/// Turns what a node answers into what hosts give. A node is not trusted: what does not fit is a
/// <see cref="KernelHostError.BadAnswer"/> that names the member.
/// </summary>
public static class FromApi
{
    public static EngineInfo Engine(ApiEngine? engine)
    {
        engine = Present(engine, "engine");
        return new EngineInfo(
            EngineIdOf(engine.Id, "id"),
            Text(engine.Summary, "summary"),
            Each(engine.Languages, "languages", language => new LanguageInfo(
                Text(language.Name, "name"), Text(language.FileExtension, "fileExtension"))));
    }

    public static KernelInfo Kernel(ApiKernel? kernel)
    {
        kernel = Present(kernel, "kernel");
        return new KernelInfo
        {
            Id = Id(kernel.Id, "id"),
            Engine = EngineIdOf(kernel.Engine, "engine"),
            CodeHash = HashOf(kernel.CodeHash, "codeHash"),
            Status = Word<KernelStatus>(kernel.Status, "status"),
            Generation = kernel.Generation,
            CreatedAt = kernel.CreatedAt,
            Position = kernel.Position,
            Chain = HashOf(kernel.Chain, "chain"),
            WakeAt = kernel.WakeAt,
            InboxCount = (int)NotNegative(kernel.InboxCount, "inboxCount"),
            GasSpent = NotNegative(kernel.GasSpent, "gasSpent"),
            Reason = Text(kernel.Reason, "reason"),
        };
    }

    public static SiloInfo Silo(ApiSilo? silo)
    {
        silo = Present(silo, "silo");
        return new SiloInfo(
            Text(silo.Name, "name"), Text(silo.Address, "address"), Text(silo.Status, "status"), silo.Here);
    }

    public static KernelPlace Place(ApiPlace? place)
    {
        place = Present(place, "answer");
        return new KernelPlace(Id(place.Kernel, "kernel"), Text(place.Silo, "silo"));
    }

    public static MessageAccepted Accepted(ApiAccepted? accepted)
    {
        accepted = Present(accepted, "answer");
        return new MessageAccepted(Id(accepted.To, "to"), accepted.Position, accepted.Duplicate);
    }

    public static CallResult CallResult(ApiCallResult? result)
    {
        result = Present(result, "answer");
        return new CallResult(
            Word<ReplyStatus>(result.Status, "status"), Bytes(result.Payload, "payload"),
            Gas(result.GasUsed, "gasUsed"), result.Duplicate, result.Receipt is { } receipt ? Receipt(receipt) : null);
    }

    public static Receipt Receipt(ApiReceipt? receipt)
    {
        receipt = Present(receipt, "receipt");
        return new Receipt(
            Id(receipt.Kernel, "kernel"), receipt.Generation, receipt.Input, HashOf(receipt.InputHash, "inputHash"),
            receipt.Outcome, HashOf(receipt.Chain, "chain"), Gas(receipt.Gas, "gas"),
            Word<ReplyStatus>(receipt.Status, "status"), HashOf(receipt.OutputHash, "outputHash"));
    }

    public static StateEntry StateEntry(ApiStateEntry? entry)
    {
        entry = Present(entry, "entry");
        return new StateEntry(Bytes(entry.Key, "key"), Bytes(entry.Value, "value"));
    }

    /// <summary>The evidence as it is said; whoever relies on it verifies the proof.</summary>
    public static StateEvidence Evidence(ApiEvidence? evidence)
    {
        evidence = Present(evidence, "evidence");
        byte[] proof = Hex(evidence.Proof, "proof");
        try
        {
            return new StateEvidence(
                HashOf(evidence.Root, "root"), Bytes(evidence.Key, "key"),
                evidence.Value is { } value ? Bytes(value, "value") : default(ReadOnlyMemory<byte>?),
                StateProof.Parse(proof));
        }
        catch (CborException e)
        {
            throw Bad($"'proof' is no proof: {e.Message}", e);
        }
    }

    public static SnapshotInfo Snapshot(ApiSnapshot? snapshot)
    {
        snapshot = Present(snapshot, "snapshot");
        return new SnapshotInfo(
            snapshot.Name, snapshot.Position, snapshot.Generation, HashOf(snapshot.Root, "root"),
            HashOf(snapshot.Chain, "chain"), snapshot.HalfDone, snapshot.Time);
    }

    public static TimerInfo Timer(ApiTimer? timer)
    {
        timer = Present(timer, "timer");
        KernelTimer set = new(
            timer.Due, NotNegative(timer.Period, "period"), Text(timer.Entry, "entry"), Bytes(timer.Payload, "payload"),
            Gas(timer.Gas, "gas"));
        return new TimerInfo(Text(timer.Name, "name"), set);
    }

    public static DeadLetterInfo DeadLetter(ApiDeadLetter? letter)
    {
        letter = Present(letter, "letter");
        return new DeadLetterInfo(letter.Number, new DeadLetter(
            letter.Time, Word<ReplyStatus>(letter.Status, "status"), Text(letter.Reason, "reason"),
            (int)NotNegative(letter.Tries, "tries"), Message(letter.Message)));
    }

    public static Envelope Message(ApiMessage? message)
    {
        message = Present(message, "message");
        return new Envelope
        {
            Kind = Word<MessageKind>(message.Kind, "kind"),
            From = Text(message.From, "from").Length == 0 ? KernelId.Client : Id(message.From, "from"),
            FromGeneration = message.FromGeneration,
            Number = message.Number,
            To = Id(message.To, "to"),
            Entry = Text(message.Entry, "entry"),
            Payload = Bytes(message.Payload, "payload"),
            Gas = Gas(message.Gas, "gas"),
            CallId = message.CallId,
            Status = Word<ReplyStatus>(message.Status, "status"),
            CallChain = [.. Present(message.CallChain, "callChain").Select(id => Id(id, "callChain"))],
            IdempotencyKey = Text(message.IdempotencyKey, "idempotencyKey"),
            Trace = Text(message.Trace, "trace"),
            Ports = [.. Present(message.Ports, "ports").Select(p => PortOf(p, "ports"))],
            Grant = message.Grant,
            Deadline = message.Deadline,
        };
    }

    public static JournalItem JournalItem(ApiJournalEntry? entry)
    {
        entry = Present(entry, "entry");
        List<KeyValuePair<string, string>> fields = [];
        foreach ((string name, string value) in Present(entry.Fields, "fields"))
        {
            fields.Add(new KeyValuePair<string, string>(name, Text(value, name)));
        }
        return new JournalItem(
            entry.Position, Text(entry.Kind, "kind"), Text(entry.Text, "text"), fields, HashOf(entry.Chain, "chain"));
    }

    public static TraceStep TraceStep(ApiTraceStep? step)
    {
        step = Present(step, "step");
        List<KeyValuePair<string, string>> values = [];
        foreach ((string name, string value) in Present(step.Values, "values"))
        {
            values.Add(new KeyValuePair<string, string>(name, Text(value, name)));
        }
        return new TraceStep(
            step.Step, NotNegative(step.Gas, "gas"),
            new VmStep(step.Depth, step.Position, Text(step.Instruction, "instruction"), values));
    }

    public static VerifyReport Report(ApiVerifyReport? report)
    {
        report = Present(report, "report");
        return new VerifyReport(
            Id(report.Id, "id"), report.Accepted, report.From, report.To, report.FirstDifference,
            Text(report.Reason, "reason"), HashOf(report.Chain, "chain"), HashOf(report.Root, "root"),
            NotNegative(report.GasExecuted, "gasExecuted"));
    }

    public static MachineState Machine(ApiMachine? machine)
    {
        machine = Present(machine, "machine");
        SnapshotBuffer snapshot = new();
        foreach ((string name, string hex) in Present(machine.Sections, "sections"))
        {
            snapshot.WriteSection(SectionName(name), Hex(hex, name));
        }
        foreach ((string name, string hex) in Present(machine.Memories, "memories"))
        {
            snapshot.WriteMemory(SectionName(name), Hex(hex, name), []);
        }
        return new MachineState(
            EngineIdOf(machine.Engine, "engine"), Word<KernelStatus>(machine.Status, "status"), snapshot,
            Text(machine.Text, "text"));
    }

    /// <param name="eventId">The id of the server-sent event.</param>
    public static KernelEvent Event(ApiEvent? happened, ulong eventId)
    {
        happened = Present(happened, "event");
        // What was dropped may have been of any kernel.
        KernelId id = string.IsNullOrEmpty(happened.Kernel) ? KernelId.Client : Id(happened.Kernel, "kernel");
        return new KernelEvent(
            id, Word<KernelEventKind>(happened.Event, "event"), happened.Time, Text(happened.Topic, "topic"),
            Bytes(happened.Content, "content"), Word<KernelStatus>(happened.Status, "status"), eventId);
    }

    /// <summary>The items of one page.</summary>
    public static IReadOnlyList<TItem> Items<TApi, TItem>(ApiList<TApi>? list, Func<TApi, TItem> read)
        where TApi : class => Each(Present(list, "list").Items, "items", read);

    private static List<TItem> Each<TApi, TItem>(IReadOnlyList<TApi>? items, string name, Func<TApi, TItem> read)
        where TApi : class
    {
        List<TItem> all = [];
        foreach (TApi? item in Present(items, name))
        {
            all.Add(read(Present(item, name)));
        }
        return all;
    }

    private static T Present<T>(T? value, string name)
        where T : class => value ?? throw Bad($"'{name}' is missing");

    private static string Text(string? text, string name) => Present(text, name);

    private static KernelId Id(string? text, string name) => KernelId.TryParse(Text(text, name), out KernelId id)
        ? id
        : throw Bad($"'{name}' is no kernel id");

    private static Port PortOf(string? text, string name) => Port.TryParse(Text(text, name), out Port port)
        ? port
        : throw Bad($"'{name}' holds what is no port");

    private static EngineId EngineIdOf(string? text, string name) =>
        EngineId.TryParse(Text(text, name), out EngineId id) ? id : throw Bad($"'{name}' is no engine");

    private static Hash HashOf(string? text, string name) => Hash.TryParse(Text(text, name), out Hash hash)
        ? hash
        : throw Bad($"'{name}' is not the 64 hexadecimal digits of a hash");

    private static long Gas(long? gas, string name) =>
        gas is { } limited ? NotNegative(limited, name) : GasMeter.Unlimited;

    private static long NotNegative(long number, string name) =>
        number >= 0 ? number : throw Bad($"'{name}' is negative");

    private static byte[] Bytes(ApiBytes? bytes, string name) => Hex(Present(bytes, name).Hex, name);

    private static byte[] Hex(string? hex, string name)
    {
        try
        {
            return Convert.FromHexString(Text(hex, name));
        }
        catch (FormatException e)
        {
            throw Bad($"'{name}' is not hexadecimal", e);
        }
    }

    private static string SectionName(string name) => SnapshotFormat.IsName(name)
        ? name
        : throw Bad("a section of the machine has no proper name");

    private static T Word<T>(string? word, string name)
        where T : struct, Enum
    {
        string text = Text(word, name);
        foreach (T value in Enum.GetValues<T>())
        {
            if (JsonNamingPolicy.CamelCase.ConvertName(value.ToString()) == text)
            {
                return value;
            }
        }
        throw Bad($"'{name}' has a value that this version does not know");
    }

    private static KernelHostException Bad(string what, Exception? inner = null) => new(
        KernelHostError.BadAnswer, $"The node's answer is broken: {what}.",
        "See that node and client are of the same version.", inner);
}
