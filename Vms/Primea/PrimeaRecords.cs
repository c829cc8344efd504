namespace Granary.Vms.Primea;

/// <summary>What a world knows of itself beside its tree; under the key <c>world</c>.</summary>
internal sealed class PrimeaWorld
{
    /// <summary>Counts what the host makes.</summary>
    public ulong Nonce { get; set; }

    /// <summary>The tree as it is now; null while it is empty.</summary>
    public PrimeaHash? Root { get; set; }

    public int ActorCount { get; set; }

    public int ModuleCount { get; set; }

    /// <summary>Roots that were taken, oldest first, with the number of actors in each.</summary>
    public List<(PrimeaHash Root, int ActorCount)> Kept { get; } = [];

    public void Write(PrimeaWriter writer)
    {
        writer.Array(5);
        writer.Unsigned(Nonce);
        if (Root is { } root)
        {
            writer.Bytes(root.Span);
        }
        else
        {
            writer.Null();
        }
        writer.Unsigned((ulong)ActorCount);
        writer.Unsigned((ulong)ModuleCount);
        writer.Array(2 * Kept.Count);
        foreach ((PrimeaHash kept, int actors) in Kept)
        {
            writer.Bytes(kept.Span);
            writer.Unsigned((ulong)actors);
        }
    }

    public static PrimeaWorld Read(ref PrimeaReader reader)
    {
        reader.ExpectArray(5);
        PrimeaWorld world = new()
        {
            Nonce = reader.ReadUnsigned(PrimeaLimits.NumberMax),
            Root = reader.TryReadNull() ? null : reader.ReadHash(),
            ActorCount = reader.ReadCount(PrimeaLimits.ActorsMax),
            ModuleCount = reader.ReadCount(PrimeaLimits.ActorsMax),
        };
        int count = reader.ReadArray();
        if (count > 2 * PrimeaLimits.KeptRootsMax || count % 2 != 0)
        {
            throw reader.Bad($"a list of {count / 2} roots");
        }
        for (int i = 0; i < count; i += 2)
        {
            world.Kept.Add((reader.ReadHash(), reader.ReadCount(PrimeaLimits.ActorsMax)));
        }
        return world;
    }
}

/// <summary>A module: what actors are made of; under <c>m/</c> and its id.</summary>
/// <param name="Code">The block of its code; null when it has none.</param>
/// <param name="Storage">The block of the storage that its actors begin with.</param>
internal readonly record struct PrimeaModule(ulong Type, PrimeaHash? Code, PrimeaHash Storage)
{
    public byte[] Encode()
    {
        PrimeaWriter writer = new();
        writer.Array(3);
        writer.Unsigned(Type);
        if (Code is { } code)
        {
            writer.Bytes(code.Span);
        }
        else
        {
            writer.Null();
        }
        writer.Bytes(Storage.Span);
        return writer.ToArray();
    }

    public static PrimeaModule Decode(ReadOnlySpan<byte> bytes)
    {
        PrimeaReader reader = new(bytes);
        reader.ExpectArray(3);
        PrimeaModule module = new(
            reader.ReadUnsigned(PrimeaLimits.NumberMax), reader.TryReadNull() ? null : reader.ReadHash(),
            reader.ReadHash());
        reader.ExpectEnd();
        return module;
    }
}

/// <summary>What a name stands for; under <c>n/</c> and the name.</summary>
/// <param name="Actor">Null when it names a module.</param>
internal readonly record struct PrimeaNamed(PrimeaHash Module, PrimeaHash? Actor)
{
    public PrimeaHash Id => Actor ?? Module;

    public byte[] Encode() => Actor is { } actor ? [.. Module.Span, .. actor.Span] : Module.Span.ToArray();

    public static PrimeaNamed Decode(ReadOnlySpan<byte> bytes) => bytes.Length == PrimeaHash.Bytes
        ? new PrimeaNamed(new PrimeaHash(bytes), null)
        : new PrimeaNamed(
            new PrimeaHash(bytes[..Math.Min(bytes.Length, PrimeaHash.Bytes)]),
            new PrimeaHash(bytes[Math.Min(bytes.Length, PrimeaHash.Bytes)..]));
}
