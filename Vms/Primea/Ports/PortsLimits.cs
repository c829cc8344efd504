namespace Granary.Vms.Primea.Ports;

/// <summary>The bounds of a world of ports, which is saved as a whole and so is a small one.</summary>
internal static class PortsLimits
{
    public const int InstancesMax = 4_096;

    /// <summary>Channels, each with two ends.</summary>
    public const int ChannelsMax = 16_384;

    public const int MessagesMax = 65_536;

    public const long HeldBytesMax = 4L << 20;

    public const int ChannelBytes = 256;
}
