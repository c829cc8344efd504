using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

[Trait("Category", "Conformance")]
[Trait("Engine", "evm")]
public sealed class EvmRlpTests
{
    public static IEnumerable<object[]> Cases => EvmTrieTests.Names("rlp.json");

    [Theory, MemberData(nameof(Cases))]
    public void Values_have_one_encoding_and_others_are_refused(int index, string name)
    {
        JsonElement test = EvmVectorPack.Open("rlp.json")[index];
        byte[] bytes = EvmVectorPack.Bytes(test, "bytes");
        EvmRlpReader reader = new(bytes);
        bool good = TryRead(ref reader, out byte[] again) && reader.TryEnd();
        if (test.GetProperty("kind").GetString() == "rlp-invalid")
        {
            Assert.False(good, name);
            return;
        }
        Assert.True(good, reader.Error);
        Assert.Equal(bytes, again);
        if (test.TryGetProperty("value", out JsonElement value))
        {
            Assert.Equal(bytes, Encode(value));
        }
    }

    /// <summary>Reads an item with all that is in it, and writes it again.</summary>
    private static bool TryRead(ref EvmRlpReader reader, out byte[] again)
    {
        ArrayBufferWriter<byte> output = new();
        again = [];
        if (!reader.IsList)
        {
            if (!reader.TryReadString(out ReadOnlySpan<byte> content))
            {
                return false;
            }
            EvmRlp.WriteString(output, content);
            again = output.WrittenSpan.ToArray();
            return true;
        }
        if (!reader.TryReadList(out EvmRlpReader items))
        {
            return false;
        }
        ArrayBufferWriter<byte> inner = new();
        while (!items.AtEnd)
        {
            if (!TryRead(ref items, out byte[] item))
            {
                return false;
            }
            inner.Write(item);
        }
        EvmRlp.WriteList(output, inner.WrittenSpan);
        again = output.WrittenSpan.ToArray();
        return true;
    }

    private static byte[] Encode(JsonElement value)
    {
        ArrayBufferWriter<byte> output = new();
        if (value.ValueKind == JsonValueKind.Array)
        {
            EvmRlp.WriteList(output, value.EnumerateArray().SelectMany(Encode).ToArray());
        }
        else if (value.ValueKind == JsonValueKind.Number || value.GetString()!.StartsWith('#'))
        {
            BigInteger number = BigInteger.Parse(
                value.ToString().TrimStart('#'), NumberStyles.None, NumberFormatInfo.InvariantInfo);
            EvmRlp.WriteString(output, number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));
        }
        else
        {
            EvmRlp.WriteString(output, Encoding.UTF8.GetBytes(value.GetString()!));
        }
        return output.WrittenSpan.ToArray();
    }
}
