using System.Globalization;
using System.Text.Json;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>Reads a scenario from JSON; docs/simulator.md describes the format.</summary>
public sealed class ScenarioReader
{
    private const int KernelsMax = 200;
    private const int ClientsMax = 100;
    private const int CountMax = 100_000;

    private static readonly JsonDocumentOptions _json = new()
    {
        AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
    };

    private readonly Func<string, (EngineId Engine, byte[] Code)> _readCode;
    private readonly HashSet<KernelId> _known = [];

    private ScenarioReader(Func<string, (EngineId Engine, byte[] Code)> readCode) => _readCode = readCode;

    /// <param name="readCode">Gives the program of a file that the scenario names.</param>
    /// <exception cref="ScenarioException">It says what cannot be.</exception>
    public static SimScenario Read(ReadOnlyMemory<byte> json, Func<string, (EngineId Engine, byte[] Code)> readCode)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, _json);
            return new ScenarioReader(readCode).Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new ScenarioException("", $"it is no JSON ({error.Message.TrimEnd('.')})");
        }
    }

    private SimScenario Read(JsonElement root)
    {
        Dictionary<string, JsonElement> fields = Fields(
            root, "", "kernels", "clients", "expect", "sameAsCalm", "faultsFor", "settleWithin", "pauseAtEnd");
        List<ScenarioKernel> kernels = ReadList(
            fields, "kernels", KernelsMax, (element, where) => ReadKernel(element, where));
        if (kernels.Count == 0)
        {
            throw new ScenarioException("kernels", "there is none; deploy at least one");
        }
        return new SimScenario
        {
            Kernels = kernels,
            Clients = ReadList(fields, "clients", ClientsMax, ReadClient),
            Expectations = ReadList(fields, "expect", CountMax, ReadExpectation),
            SameAsCalm = ReadList(fields, "sameAsCalm", KernelsMax, (e, where) => Known(Text(e, where), where)),
            FaultsFor = Duration(fields, "", "faultsFor", TimeSpan.FromSeconds(20)),
            SettleWithin = Duration(fields, "", "settleWithin", TimeSpan.FromMinutes(10)),
            PauseAtEnd = Flag(fields, "", "pauseAtEnd"),
        };
    }

    private ScenarioKernel ReadKernel(JsonElement element, string where)
    {
        Dictionary<string, JsonElement> fields = Fields(element, where, "id", "code", "ports");
        string name = Required(fields, where, "id");
        if (!KernelId.TryParse(name, out KernelId id) || !_known.Add(id))
        {
            throw new ScenarioException(
                $"{where}.id", $"'{name}' is no kernel id, or there are two (use a-z 0-9 . _ -)");
        }
        List<KeyValuePair<string, KernelId>> ports = [];
        if (fields.TryGetValue("ports", out JsonElement given))
        {
            foreach (JsonProperty port in Object(given, $"{where}.ports"))
            {
                string target = Text(port.Value, $"{where}.ports.{port.Name}");
                ports.Add(KeyValuePair.Create(port.Name, KernelId.TryParse(target, out KernelId found)
                    ? found
                    : throw new ScenarioException($"{where}.ports.{port.Name}", $"'{target}' is no kernel id")));
            }
        }
        (EngineId engine, byte[] code) = _readCode(Required(fields, where, "code"));
        return new ScenarioKernel(id, engine, code, ports);
    }

    private ScenarioClient ReadClient(JsonElement element, string where)
    {
        Dictionary<string, JsonElement> fields = Fields(
            element, where, "to", "entry", "payload", "count", "pause", "send", "mayFail", "gas");
        return new ScenarioClient
        {
            To = Known(Required(fields, where, "to"), $"{where}.to"),
            Entry = Optional(fields, where, "entry"),
            Payload = Optional(fields, where, "payload"),
            Count = (int)Number(fields, where, "count", 1, CountMax),
            Pause = Duration(fields, where, "pause", TimeSpan.FromMilliseconds(100)),
            IsSend = Flag(fields, where, "send"),
            MayFail = Flag(fields, where, "mayFail"),
            Gas = Number(fields, where, "gas", KernelLimits.MessageGasDefault, GasMeter.Unlimited),
        };
    }

    private Expectation ReadExpectation(JsonElement element, string where)
    {
        Expectation expectation = Expectation.Parse(Text(element, where), out string problem)
            ?? throw new ScenarioException(where, problem);
        foreach (KernelId kernel in expectation.Kernels)
        {
            Known(kernel.Value, where);
        }
        return expectation;
    }

    private KernelId Known(string name, string where) =>
        KernelId.TryParse(name, out KernelId id) && _known.Contains(id)
            ? id
            : throw new ScenarioException(where, $"there is no kernel '{name}' among the scenario's");

    private static List<T> ReadList<T>(
        Dictionary<string, JsonElement> fields, string name, int countMax, Func<JsonElement, string, T> read)
    {
        if (!fields.TryGetValue(name, out JsonElement list))
        {
            return [];
        }
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > countMax)
        {
            throw new ScenarioException(name, $"a list of at most {countMax} is wanted");
        }
        List<T> items = [];
        foreach (JsonElement element in list.EnumerateArray())
        {
            items.Add(read(element, $"{name}[{items.Count}]"));
        }
        return items;
    }

    private static Dictionary<string, JsonElement> Fields(
        JsonElement element, string where, params ReadOnlySpan<string> known)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (JsonProperty property in Object(element, where))
        {
            if (!known.Contains(property.Name))
            {
                throw new ScenarioException(
                    At(where, property.Name), $"there is no such field; known are {string.Join(", ", known)}");
            }
            fields[property.Name] = property.Value;
        }
        return fields;
    }

    private static JsonElement.ObjectEnumerator Object(JsonElement element, string where) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject()
            : throw new ScenarioException(where, "an object in braces is wanted");

    private static string Text(JsonElement element, string where) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new ScenarioException(where, "a text in quotes is wanted");

    private static string Required(Dictionary<string, JsonElement> fields, string where, string name) =>
        fields.TryGetValue(name, out JsonElement element)
            ? Text(element, At(where, name))
            : throw new ScenarioException(where, $"'{name}' is missing");

    private static string Optional(Dictionary<string, JsonElement> fields, string where, string name) =>
        fields.TryGetValue(name, out JsonElement element) ? Text(element, At(where, name)) : "";

    private static bool Flag(Dictionary<string, JsonElement> fields, string where, string name) =>
        fields.TryGetValue(name, out JsonElement element) && (element.ValueKind is JsonValueKind.True
            || (element.ValueKind != JsonValueKind.False
                ? throw new ScenarioException(At(where, name), "true or false is wanted") : false));

    private static long Number(
        Dictionary<string, JsonElement> fields, string where, string name, long otherwise, long most)
    {
        if (!fields.TryGetValue(name, out JsonElement element))
        {
            return otherwise;
        }
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number)
            && number >= 0 && number <= most
            ? number
            : throw new ScenarioException(At(where, name), $"a number from 0 to {most} is wanted");
    }

    private static TimeSpan Duration(
        Dictionary<string, JsonElement> fields, string where, string name, TimeSpan otherwise)
    {
        if (!fields.TryGetValue(name, out JsonElement element))
        {
            return otherwise;
        }
        string text = Text(element, At(where, name));
        int milliseconds = text.EndsWith("ms", StringComparison.Ordinal) ? 1 : text.EndsWith('s') ? 1_000 : 0;
        string digits = text.TrimEnd('s').TrimEnd('m');
        return milliseconds > 0
            && int.TryParse(digits, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int number)
            && (long)number * milliseconds is > 0 and <= 86_400_000
            ? TimeSpan.FromMilliseconds((double)number * milliseconds)
            : throw new ScenarioException(At(where, name), $"'{text}' is no time: write 250ms or 20s, at most a day");
    }

    private static string At(string where, string name) => where.Length == 0 ? name : $"{where}.{name}";
}
