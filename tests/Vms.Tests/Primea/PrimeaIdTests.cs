using System.Text.Json;
using Granary.Vms.Primea;

namespace Granary.Vms.Tests.Primea;

[Trait("Category", "Conformance")]
[Trait("Engine", "primea")]
public sealed class PrimeaIdTests
{
    private static readonly Dictionary<string, JsonElement> CasesByName = PrimeaVectors.Load("ids.json");

    public static TheoryData<string> Cases => [.. CasesByName.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ids_and_objects_are_the_published_ones(string name)
    {
        JsonElement vector = CasesByName[name];
        string cbor = vector.GetProperty("cbor").GetString()!;
        if (vector.TryGetProperty("object", out JsonElement item))
        {
            PrimeaWriter writer = new();
            Write(item, writer);
            Assert.Equal(cbor, Convert.ToHexStringLower(writer.Span));
            return;
        }
        ulong nonce = vector.GetProperty("nonce").GetUInt64();
        PrimeaHash? parent = vector.GetProperty("parent").GetString() is { } hex ? Hash(hex) : null;
        Assert.Equal(cbor, Convert.ToHexStringLower(PrimeaHash.IdContent(nonce, parent)));
        Assert.Equal(vector.GetProperty("id").GetString(), PrimeaHash.IdOf(nonce, parent).ToString());
    }

    private static void Write(JsonElement item, PrimeaWriter writer)
    {
        if (item.TryGetProperty("id", out JsonElement id))
        {
            PrimeaObjects.WriteId(writer, Hash(id.GetString()!));
            return;
        }
        JsonElement function = item.GetProperty("func");
        JsonElement name = function.GetProperty("name");
        bool isPrivate = function.GetProperty("private").GetBoolean();
        JsonElement types = function.GetProperty("params");
        PrimeaObjects.WriteFunction(writer, new PrimeaFunction(
            isPrivate, isPrivate ? "" : name.GetString()!, isPrivate ? name.GetUInt64() : 0,
            types.ValueKind == JsonValueKind.Array ? [.. types.EnumerateArray().Select(t => t.GetString()!)] : null,
            Hash(function.GetProperty("actor").GetString()!), function.GetProperty("gas").GetUInt64()));
    }

    private static PrimeaHash Hash(string hex) => new(Convert.FromHexString(hex));
}
