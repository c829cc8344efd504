namespace Granary.Vms.Evm;

/// <summary>The rule sets of the machine, in the order in which the network took them up. Stored in the code of worlds:
/// numbers never change.</summary>
internal enum EvmRevision : byte
{
    Frontier = 0,
    Homestead = 1,
    TangerineWhistle = 2,
    SpuriousDragon = 3,
    Byzantium = 4,
    Constantinople = 5,
    Petersburg = 6,
    Istanbul = 7,
    Berlin = 8,
    London = 9,
    Paris = 10,
    Shanghai = 11,
    Cancun = 12,
}
