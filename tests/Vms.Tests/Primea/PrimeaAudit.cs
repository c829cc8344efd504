using System.Buffers.Binary;
using System.Text;
using Granary.Vms.Primea;

namespace Granary.Vms.Tests.Primea;

/// <summary>
/// Counts the uses of every block of a world anew, from all that uses any, and compares: nothing is missing, nothing is
/// left over, no count is wrong.
/// </summary>
internal static class PrimeaAudit
{
    public static void Check(TestHost host)
    {
        Dictionary<PrimeaHash, ulong> uses = [];
        foreach ((byte[] key, byte[] value) in host.Data)
        {
            switch ((char)key[0])
            {
                case 'b':
                    Assert.Equal(Link(key), PrimeaHash.Of(value));
                    PrimeaReader links = new(value);
                    while (links.TryFindLink(out PrimeaHash link))
                    {
                        Count(uses, link);
                    }
                    break;
                case 'm':
                    PrimeaModule module = PrimeaModule.Decode(value);
                    Count(uses, module.Storage);
                    if (module.Code is { } code)
                    {
                        Count(uses, code);
                    }
                    break;
                case 'w':
                    CountRoots(uses, value);
                    break;
            }
        }
        foreach ((byte[] key, byte[] value) in host.Data)
        {
            if (key[0] == 'b')
            {
                byte[] usesKey = PrimeaKeys.Of(PrimeaKeys.Uses, Link(key));
                ulong stored = host.Data.TryGetValue(usesKey, out byte[]? count)
                    ? BinaryPrimitives.ReadUInt64LittleEndian(count)
                    : 1;
                Assert.True(uses.Remove(Link(key), out ulong counted),
                    $"Block {Link(key)} is used by nothing: {Convert.ToHexStringLower(value)}.");
                Assert.Equal(counted, stored);
            }
        }
        Assert.Empty(uses.Keys);
        Assert.DoesNotContain(host.Data.Keys, key =>
            key[0] == 'r' && !host.Data.ContainsKey(PrimeaKeys.Of(PrimeaKeys.Block, Link(key))));
    }

    private static PrimeaHash Link(byte[] key) =>
        PrimeaHash.TryParse(Encoding.ASCII.GetString(key, 2, 2 * PrimeaHash.Bytes), out PrimeaHash link)
        ? link
        : throw new InvalidDataException("A key has no hash.");

    private static void CountRoots(Dictionary<PrimeaHash, ulong> uses, byte[] value)
    {
        PrimeaReader reader = new(value);
        PrimeaWorld world = PrimeaWorld.Read(ref reader);
        if (world.Root is { } root)
        {
            Count(uses, root);
        }
        foreach ((PrimeaHash kept, int _) in world.Kept)
        {
            Count(uses, kept);
        }
    }

    private static void Count(Dictionary<PrimeaHash, ulong> uses, PrimeaHash link) =>
        uses[link] = uses.GetValueOrDefault(link) + 1;
}
