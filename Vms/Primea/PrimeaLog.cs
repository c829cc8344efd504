using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Granary.Vms.Primea;

/// <summary>What became of messages, as JSON; and other answers.</summary>
internal static class PrimeaLog
{
    /// <summary>A message to an actor that has been handled, or could not be.</summary>
    public static void Handled(PrimeaRun run, PrimeaMessage message, long ticks, string result, long endTicks) =>
        Add(run, string.Create(NumberFormatInfo.InvariantInfo, 
            $$"""{{{Head(message, message.To.ToString())}},"ticks":{{ticks}},"gas":{{message.Gas}},"""
            + $"\"result\":\"{Text(result)}\",\"endTicks\":{endTicks},\"gasLeft\":{message.GasLeft}}}"));

    /// <summary>A message to the driver.</summary>
    public static void Egress(PrimeaRun run, PrimeaMessage message) =>
        Add(run, string.Create(NumberFormatInfo.InvariantInfo, 
            $$"""{{{Head(message, PrimeaEgress.IdText)}},"gas":{{message.Gas}},"""
            + $"\"data\":\"{Convert.ToHexStringLower(message.Body.Span)}\",\"result\":\"egress\"}}"));

    public static byte[] Made(PrimeaNamed made) => Encoding.UTF8.GetBytes(made.Actor is { } actor
        ? $$"""{"module":"{{made.Module}}","actor":"{{actor}}"}"""
        : $$"""{"module":"{{made.Module}}"}""");

    public static byte[] Actor(PrimeaHash id, PrimeaLeaf leaf, ReadOnlySpan<byte> storage)
    {
        string code = leaf.Code is { } link ? $"\"{link}\"" : "null";
        return Encoding.UTF8.GetBytes(string.Create(NumberFormatInfo.InvariantInfo, 
            $$"""{"id":"{{id}}","type":{{leaf.Type}},"nonce":{{leaf.Nonce}},"module":"{{leaf.Module}}","""
            + $"\"codeLink\":{code},\"storageLink\":\"{leaf.Storage}\","
            + $"\"storageCbor\":\"{Convert.ToHexStringLower(storage)}\"}}"));
    }

    public static string Text(string text) => JsonEncodedText.Encode(text).ToString();

    private static string Head(PrimeaMessage message, string to) => string.Create(NumberFormatInfo.InvariantInfo, $$"""
        "label":"{{Text(message.Label)}}","to":"{{to}}","from":"{{message.From}}","fromTicks":{{message.FromTicks}}
        """);

    private static void Add(PrimeaRun run, string line)
    {
        run.Charge(PrimeaGas.Copy(line.Length));
        run.State.Events.Add(line, run.Program.LogBytesMax);
    }
}
