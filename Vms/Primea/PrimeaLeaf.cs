namespace Granary.Vms.Primea;

/// <summary>What a world's tree holds of an actor.</summary>
/// <param name="Code">The block of its module's code; null when that has none.</param>
/// <param name="Storage">The block of its storage list.</param>
internal readonly record struct PrimeaLeaf(
    ulong Type, ulong Nonce, PrimeaHash Module, PrimeaHash? Code, PrimeaHash Storage)
{
    public void WriteTo(PrimeaNode node)
    {
        PrimeaWriter left = new();
        left.Array(2);
        left.Bytes(Module.Span);
        if (Code is { } code)
        {
            left.Link(code);
        }
        else
        {
            left.Tag(PrimeaTags.Link);
            left.Undefined();
        }
        PrimeaWriter right = new();
        right.Link(Storage);
        PrimeaWriter value = new();
        value.Array(2);
        value.Unsigned(Type);
        value.Unsigned(Nonce);
        (node.Left, node.Right, node.Value) = (left.ToArray(), right.ToArray(), value.ToArray());
    }

    public static PrimeaLeaf ReadFrom(PrimeaNode node)
    {
        PrimeaReader value = new(node.Value);
        value.ExpectArray(2);
        ulong type = value.ReadUnsigned(PrimeaLimits.NumberMax);
        ulong nonce = value.ReadUnsigned(PrimeaLimits.NumberMax);
        value.ExpectEnd();
        PrimeaReader left = new(node.Left);
        left.ExpectArray(2);
        PrimeaHash module = left.ReadHash();
        ExpectLink(ref left);
        PrimeaHash? code = left.TryReadUndefined() ? null : left.ReadHash();
        left.ExpectEnd();
        PrimeaReader right = new(node.Right);
        ExpectLink(ref right);
        PrimeaHash storage = right.ReadHash();
        right.ExpectEnd();
        return new PrimeaLeaf(type, nonce, module, code, storage);
    }

    private static void ExpectLink(ref PrimeaReader reader)
    {
        if (reader.ReadTag() != PrimeaTags.Link)
        {
            throw reader.Bad("a link is expected");
        }
    }
}
