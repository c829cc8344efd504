using System.Globalization;
using Granary.Kernels;
using Granary.Vms;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>
/// Reads parameters; what cannot be read is refused with the name, the value and what would be right.
/// </summary>
internal sealed class QueryReader(IQueryCollection query)
{
    public const int ItemsDefault = 100;
    public const int ItemsMax = 1_000;
    public const int WaitSecondsDefault = 30;
    public const int WaitSecondsMax = 300;

    /// <summary>A parameter's text; null when it is not there. Empty is refused, because it says nothing.</summary>
    public string? Text(string name)
    {
        if (!query.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues values))
        {
            return null;
        }
        string text = values.ToString();
        return text.Length > 0 ? text : throw Problems.BadRequest($"The parameter '{name}' is empty.", "Leave it out.");
    }

    /// <summary>How many items a page may have.</summary>
    public int Limit() => Number("limit", 1, ItemsMax) is { } limit ? (int)limit : ItemsDefault;

    /// <summary>How long to wait for a reply.</summary>
    public TimeSpan Timeout()
    {
        if (Text("timeout") is not { } text)
        {
            return TimeSpan.FromSeconds(WaitSecondsDefault);
        }
        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        return double.TryParse(text, Style, NumberFormatInfo.InvariantInfo, out double seconds)
            && seconds <= WaitSecondsMax
            ? TimeSpan.FromSeconds(seconds)
            : throw Problems.BadParameter("timeout", text, $"Give seconds, 0 to {WaitSecondsMax}.");
    }

    /// <summary>A number of seconds, which may have a fraction, as milliseconds.</summary>
    public long? Milliseconds(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        const decimal SecondsMax = KernelTimer.MillisecondsMax / 1_000m;
        return decimal.TryParse(
                text, NumberStyles.AllowDecimalPoint, NumberFormatInfo.InvariantInfo, out decimal seconds)
            && seconds <= SecondsMax
            ? (long)(seconds * 1_000)
            : throw Problems.BadParameter(
                name, text, string.Create(NumberFormatInfo.InvariantInfo, $"Give seconds, 0 to {SecondsMax:0}."));
    }

    /// <summary>The budget of a message.</summary>
    public long Gas()
    {
        if (Text("gas") is not { } text)
        {
            return KernelLimits.MessageGasDefault;
        }
        if (text == "none")
        {
            return GasMeter.Unlimited;
        }
        return long.TryParse(text, NumberStyles.None, NumberFormatInfo.InvariantInfo, out long gas)
            ? gas
            : throw Problems.BadParameter("gas", text, "Give a whole number, or 'none' for no limit.");
    }

    public ulong? Number(string name, ulong min, ulong max) =>
        Text(name) is { } text ? ParseNumber(name, text, min, max) : null;

    public static ulong ParseNumber(string name, string text, ulong min, ulong max) =>
        ulong.TryParse(text, NumberStyles.None, NumberFormatInfo.InvariantInfo, out ulong number)
            && number >= min && number <= max
            ? number
            : throw Problems.BadParameter(
                name, text, string.Create(NumberFormatInfo.InvariantInfo, $"Give a whole number, {min} to {max}."));

    public KernelId? Id(string name) => Text(name) is { } text ? ParseId(name, text) : null;

    public static KernelId ParseId(string name, string text) => KernelId.TryParse(text, out KernelId id)
        ? id
        : throw Problems.BadParameter(
            name, text, $"A kernel id is 1 to {KernelId.CharsMax} of a-z 0-9 . _ -, beginning with a letter or digit.");

    public CheckpointRef? Checkpoint(string name) => Text(name) is { } text ? CheckpointRef.Parse(text) : null;

    /// <summary>A key of the state tree, or a part of one; empty when it is not there.</summary>
    public byte[] Key(string name)
    {
        string text = query.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues values)
            ? values.ToString()
            : "";
        byte[] key = new byte[text.Length / 2];
        bool isHex = text.Length % 2 == 0
            && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done;
        return isHex && key.Length <= StateTree.KeyBytesMax
            ? key
            : throw Problems.BadParameter(
                name, text, $"Give a key in hexadecimal, of at most {StateTree.KeyBytesMax} bytes.");
    }

    /// <summary>Ports: <c>NAME=KERNEL</c>, any number of them.</summary>
    public IReadOnlyList<KeyValuePair<string, KernelId>> Ports(string name)
    {
        List<KeyValuePair<string, KernelId>> ports = [];
        foreach (string? text in query[name])
        {
            string[] parts = (text ?? "").Split('=', 2);
            if (parts.Length != 2 || !KernelId.TryParse(parts[1], out KernelId target) || parts[0].Length == 0)
            {
                throw Problems.BadParameter(name, text ?? "", "Give NAME=KERNEL.");
            }
            ports.Add(new KeyValuePair<string, KernelId>(parts[0], target));
        }
        return ports;
    }
}
