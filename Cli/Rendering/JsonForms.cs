using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>The JSON of things that several commands give: camel case, bytes as hex, gas as a number.</summary>
internal static class JsonForms
{
    // Standard output is no HTML page: only what JSON itself forbids is escaped.
    private static readonly JsonSerializerOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string ToLine(JsonObject json) => json.ToJsonString(s_options) + "\n";

    /// <summary>Bytes: <c>hex</c> always, <c>text</c> when they are UTF-8.</summary>
    public static JsonObject Bytes(ReadOnlySpan<byte> bytes)
    {
        JsonObject json = new() { ["hex"] = Convert.ToHexStringLower(bytes) };
        if (TextForms.TryUtf8(bytes, out string? text))
        {
            json["text"] = text;
        }
        return json;
    }

    /// <summary>Gas as a number; null for no limit.</summary>
    public static JsonNode? Gas(long gas) => gas == GasMeter.Unlimited ? null : JsonValue.Create(gas);

    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static JsonObject Kernel(KernelInfo info) => new()
    {
        ["id"] = info.Id.Value,
        ["engine"] = info.Engine.ToString(),
        ["codeHash"] = info.CodeHash.ToString(),
        ["status"] = Name(info.Status),
        ["generation"] = info.Generation,
        ["createdAt"] = info.CreatedAt,
        ["position"] = info.Position,
        ["chain"] = info.Chain.ToString(),
        ["wakeAt"] = info.WakeAt,
        ["inboxCount"] = info.InboxCount,
        ["gasSpent"] = info.GasSpent,
        ["reason"] = info.Reason,
    };

    public static JsonObject Snapshot(SnapshotInfo info) => new()
    {
        ["name"] = info.Name,
        ["position"] = info.Position,
        ["generation"] = info.Generation,
        ["root"] = info.Root.ToString(),
        ["chain"] = info.Chain.ToString(),
        ["halfDone"] = info.HalfDone,
        ["time"] = info.Time,
    };

    public static JsonObject Port(PortInfo info) => new()
    {
        ["name"] = info.Name,
        ["target"] = info.Port.Target.Value,
        ["grant"] = info.Port.Grant,
    };

    public static JsonObject Timer(TimerInfo info) => new()
    {
        ["name"] = info.Name,
        ["due"] = info.Timer.Due,
        ["period"] = info.Timer.Period,
        ["entry"] = info.Timer.Entry,
        ["payload"] = Bytes(info.Timer.Payload.Span),
        ["gas"] = Gas(info.Timer.Gas),
    };

    public static JsonObject DeadLetter(DeadLetterInfo info) => new()
    {
        ["number"] = info.Number,
        ["time"] = info.Letter.Time,
        ["status"] = Name(info.Letter.Status),
        ["reason"] = info.Letter.Reason,
        ["tries"] = info.Letter.Tries,
        ["message"] = Message(info.Letter.Message),
    };

    public static JsonObject Event(KernelEvent e)
    {
        JsonObject json = new() { ["event"] = Name(e.Kind), ["kernel"] = e.Id.Value, ["time"] = e.Time };
        switch (e.Kind)
        {
            case KernelEventKind.Printed or KernelEventKind.Logged:
                AddContent(json, e.Content.Span);
                break;
            case KernelEventKind.Emitted:
                json["topic"] = e.Topic;
                AddContent(json, e.Content.Span);
                break;
            case KernelEventKind.Ended:
                json["outcome"] = JsonNamingPolicy.CamelCase.ConvertName(e.Topic);
                AddContent(json, e.Content.Span);
                break;
            case KernelEventKind.Dropped:
                AddContent(json, e.Content.Span);
                break;
            case KernelEventKind.StatusChanged:
                break;
        }
        json["status"] = Name(e.Status);
        return json;
    }

    public static JsonObject Receipt(Receipt receipt) => new()
    {
        ["kernel"] = receipt.Kernel.Value,
        ["generation"] = receipt.Generation,
        ["input"] = receipt.Input,
        ["inputHash"] = receipt.InputHash.ToString(),
        ["outcome"] = receipt.Outcome,
        ["chain"] = receipt.Chain.ToString(),
        ["gas"] = Gas(receipt.Gas),
        ["status"] = Name(receipt.Status),
        ["outputHash"] = receipt.OutputHash.ToString(),
    };

    private static JsonObject Message(Envelope message) => new()
    {
        ["kind"] = Name(message.Kind),
        ["from"] = message.From.Value,
        ["fromGeneration"] = message.FromGeneration,
        ["number"] = message.Number,
        ["to"] = message.To.Value,
        ["entry"] = message.Entry,
        ["payload"] = Bytes(message.Payload.Span),
        ["gas"] = Gas(message.Gas),
        ["callId"] = message.CallId,
        ["status"] = Name(message.Status),
        ["callChain"] = new JsonArray([.. message.CallChain.Select(id => JsonValue.Create(id.Value))]),
        ["idempotencyKey"] = message.IdempotencyKey,
        ["trace"] = message.Trace,
        ["ports"] = new JsonArray([.. message.Ports.Select(p => JsonValue.Create(p.ToString()))]),
        ["grant"] = message.Grant,
        ["deadline"] = message.Deadline,
    };

    private static void AddContent(JsonObject json, ReadOnlySpan<byte> content)
    {
        if (TextForms.TryUtf8(content, out string? text))
        {
            json["text"] = text;
        }
        else
        {
            json["hex"] = Convert.ToHexStringLower(content);
        }
    }
}
