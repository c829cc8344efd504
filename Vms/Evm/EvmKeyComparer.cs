namespace Granary.Vms.Evm;

/// <summary>
/// Hashes words and addresses for tables in memory. The seed differs from transaction to transaction, so that nobody
/// can store keys that all fall together; what a machine does never depends on the order of a table.
/// </summary>
internal sealed class EvmKeyComparer(ulong seed) : IEqualityComparer<EvmWord>, IEqualityComparer<EvmAddress>
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    public static EvmKeyComparer Unseeded { get; } = new(0);

    public bool Equals(EvmWord x, EvmWord y) => x.Equals(y);

    public int GetHashCode(EvmWord obj) =>
        (int)Fold(Fold(obj.U0 ^ seed ^ First, obj.U1 ^ Second) ^ obj.U2, obj.U3 ^ seed ^ Second);

    public bool Equals(EvmAddress x, EvmAddress y) => x.Equals(y);

    public int GetHashCode(EvmAddress obj) => GetHashCode(obj.ToWord());

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
