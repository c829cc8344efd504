using System.Buffers.Binary;

namespace Granary.Vms.Primea;

/// <summary>
/// The blocks that Primea keeps, tree nodes, code and storage, in the kernel's data: <c>b/</c> and the link holds the
/// bytes; <c>r/</c> and the link the number of uses, when it is above one.
/// </summary>
/// <remarks>
/// A block uses each link in it once. Whoever puts a block hands it his uses of those links and gets a use of the
/// block. One that has lost its last use is removed: the original keeps all it ever wrote, a kernel has a limit.
/// </remarks>
internal static class PrimeaBlocks
{
    /// <summary>Stores a block and gives the caller a use of it.</summary>
    public static PrimeaHash Put(PrimeaRun run, ReadOnlySpan<byte> block)
    {
        run.Charge(PrimeaGas.Hash(block.Length));
        PrimeaHash link = PrimeaHash.Of(block);
        Span<byte> key = stackalloc byte[PrimeaKeys.HashKeyBytes];
        PrimeaKeys.Write(key, PrimeaKeys.Block, link);
        if (!run.TryGet(key, out _))
        {
            run.Put(key, block);
            return link;
        }
        Use(run, link);
        ReleaseLinks(run, block);
        return link;
    }

    /// <summary>The bytes of a block, which stays whose it is.</summary>
    public static ReadOnlyMemory<byte> Read(PrimeaRun run, in PrimeaHash link)
    {
        Span<byte> key = stackalloc byte[PrimeaKeys.HashKeyBytes];
        PrimeaKeys.Write(key, PrimeaKeys.Block, link);
        return run.TryGet(key, out ReadOnlyMemory<byte> block)
            ? block
            : throw new PrimeaTrapException(TrapKind.BadOperand, $"data: block {link} is missing");
    }

    /// <summary>The bytes of a block, for the caller's use of it. Its links become the caller's.</summary>
    public static ReadOnlyMemory<byte> Take(PrimeaRun run, in PrimeaHash link)
    {
        ReadOnlyMemory<byte> block = Read(run, link);
        if (DropUse(run, link))
        {
            Span<byte> key = stackalloc byte[PrimeaKeys.HashKeyBytes];
            PrimeaKeys.Write(key, PrimeaKeys.Block, link);
            run.Delete(key);
        }
        else
        {
            UseLinks(run, block.Span);
        }
        return block;
    }

    /// <summary>One more use of a block.</summary>
    public static void Use(PrimeaRun run, in PrimeaHash link)
    {
        Span<byte> key = stackalloc byte[PrimeaKeys.HashKeyBytes];
        PrimeaKeys.Write(key, PrimeaKeys.Uses, link);
        WriteUses(run, key, Uses(run, key) + 1);
    }

    /// <summary>One more use of each link in some CBOR.</summary>
    public static void UseLinks(PrimeaRun run, ReadOnlySpan<byte> content)
    {
        run.Charge(PrimeaGas.Copy(content.Length));
        PrimeaReader reader = new(content);
        while (reader.TryFindLink(out PrimeaHash link))
        {
            Use(run, link);
        }
    }

    /// <summary>One use less. What that makes needless is removed in later steps.</summary>
    public static void Release(PrimeaRun run, in PrimeaHash link) => run.State.Releases.Push(link);

    public static void ReleaseLinks(PrimeaRun run, ReadOnlySpan<byte> content)
    {
        run.Charge(PrimeaGas.Copy(content.Length));
        PrimeaReader reader = new(content);
        while (reader.TryFindLink(out PrimeaHash link))
        {
            Release(run, link);
        }
    }

    /// <summary>Does one of the releases that wait.</summary>
    public static void ReleaseOne(PrimeaRun run)
    {
        PrimeaHash link = run.State.Releases.Pop();
        run.Charge(PrimeaGas.Item);
        if (!DropUse(run, link))
        {
            return;
        }
        Span<byte> key = stackalloc byte[PrimeaKeys.HashKeyBytes];
        PrimeaKeys.Write(key, PrimeaKeys.Block, link);
        if (run.TryGet(key, out ReadOnlyMemory<byte> block))
        {
            run.Delete(key);
            ReleaseLinks(run, block.Span);
        }
    }

    /// <summary>True when that was the last use.</summary>
    private static bool DropUse(PrimeaRun run, in PrimeaHash link)
    {
        Span<byte> key = stackalloc byte[PrimeaKeys.HashKeyBytes];
        PrimeaKeys.Write(key, PrimeaKeys.Uses, link);
        ulong uses = Uses(run, key);
        if (uses == 1)
        {
            return true;
        }
        WriteUses(run, key, uses - 1);
        return false;
    }

    private static ulong Uses(PrimeaRun run, ReadOnlySpan<byte> key)
    {
        if (!run.TryGet(key, out ReadOnlyMemory<byte> stored))
        {
            return 1;
        }
        ulong uses = stored.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(stored.Span) : 0;
        return uses is > 1 and < ulong.MaxValue
            ? uses
            : throw new PrimeaTrapException(TrapKind.BadOperand, "data: the uses of a block are no number above 1");
    }

    private static void WriteUses(PrimeaRun run, ReadOnlySpan<byte> key, ulong uses)
    {
        if (uses == 1)
        {
            run.Delete(key);
            return;
        }
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, uses);
        run.Put(key, value);
    }
}
