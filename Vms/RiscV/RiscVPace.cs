namespace Granary.Vms.RiscV;

/// <summary>Whole blocks as long as the gas covers them, or a single instruction that is paid for already.</summary>
internal interface IRiscVPace
{
    static abstract bool IsSingle { get; }
}

internal readonly struct RiscVBlocks : IRiscVPace
{
    public static bool IsSingle => false;
}

internal readonly struct RiscVSingle : IRiscVPace
{
    public static bool IsSingle => true;
}
