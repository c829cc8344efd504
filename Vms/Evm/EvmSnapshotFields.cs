namespace Granary.Vms.Evm;

/// <summary>Fields that only this engine's snapshots have.</summary>
internal static class EvmSnapshotFields
{
    public static void WriteWord(this SnapshotWriter writer, in EvmWord value)
    {
        writer.WriteUInt64(value.U0);
        writer.WriteUInt64(value.U1);
        writer.WriteUInt64(value.U2);
        writer.WriteUInt64(value.U3);
    }

    public static void WriteAddress(this SnapshotWriter writer, EvmAddress value)
    {
        writer.WriteUInt64(value.Low);
        writer.WriteUInt64(value.Middle);
        writer.WriteUInt32(value.High);
    }

    public static EvmWord ReadWord(ref this SnapshotReader reader)
    {
        ulong u0 = reader.ReadUInt64();
        ulong u1 = reader.ReadUInt64();
        ulong u2 = reader.ReadUInt64();
        return new EvmWord(u0, u1, u2, reader.ReadUInt64());
    }

    public static EvmAddress ReadAddress(ref this SnapshotReader reader)
    {
        ulong low = reader.ReadUInt64();
        ulong middle = reader.ReadUInt64();
        return new EvmAddress(low, middle, reader.ReadUInt32());
    }

    public static bool ReadFlag(ref this SnapshotReader reader)
    {
        byte value = reader.ReadByte();
        return value <= 1 ? value == 1 : throw new SnapshotFormatException($"A flag is {value}.");
    }

    /// <summary>A number that is not negative.</summary>
    public static long ReadAmount(ref this SnapshotReader reader)
    {
        long value = reader.ReadInt64();
        return value >= 0 ? value : throw new SnapshotFormatException($"An amount is {value}.");
    }

    /// <summary>A value of an enumeration whose numbers have no gaps.</summary>
    public static byte ReadKind(ref this SnapshotReader reader, byte max, string what)
    {
        byte value = reader.ReadByte();
        return value <= max ? value : throw new SnapshotFormatException($"There is no {what} {value}.");
    }
}
