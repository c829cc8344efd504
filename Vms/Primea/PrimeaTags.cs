namespace Granary.Vms.Primea;

/// <summary>Primea's CBOR tags. In stored scripts they stand over names, in storage over what the names mean.</summary>
internal static class PrimeaTags
{
    public const ulong Id = 41;
    public const ulong Link = 42;
    public const ulong Function = 43;
    public const ulong Module = 44;
    public const ulong Actor = 45;
}
