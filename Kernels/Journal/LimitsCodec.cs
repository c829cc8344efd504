using Granary.Vms;

namespace Granary.Kernels;

/// <summary>A kernel's limits as a CBOR array of numbers, in this order for ever.</summary>
internal static class LimitsCodec
{
    private const int Fields = 22;

    public static void Write(ref CborWriter writer, KernelLimits limits)
    {
        writer.WriteArray(Fields);
        writer.WriteInt64(limits.InboxMessagesMax);
        writer.WriteInt64(limits.OutboxMessagesMax);
        writer.WriteInt64(limits.EffectsPerTurnMax);
        writer.WriteInt64(limits.InboxBytesMax);
        writer.WriteInt64(limits.OutboxBytesMax);
        writer.WriteInt64(limits.EffectBytesPerTurnMax);
        writer.WriteInt64(limits.OpenCallsMax);
        writer.WriteInt64(limits.PortsMax);
        writer.WriteInt64(limits.DataBytesMax);
        writer.WriteInt64(limits.IdempotencyKeysMax);
        writer.WriteInt64(limits.CallDepthMax);
        writer.WriteInt64(limits.TimersMax);
        writer.WriteInt64(limits.TriesMax);
        writer.WriteInt64(limits.DeadLettersMax);
        writer.WriteInt64(limits.DeadLetterBytesMax);
        writer.WriteInt64(limits.Vm.CodeBytesMax);
        writer.WriteInt64(limits.Vm.StackSlotsMax);
        writer.WriteInt64(limits.Vm.PayloadBytesMax);
        writer.WriteInt64(limits.Vm.KeyBytesMax);
        writer.WriteInt64(limits.Vm.ValueBytesMax);
        writer.WriteInt64(limits.Vm.NameBytesMax);
        writer.WriteInt64(limits.Vm.SnapshotBytesMax);
    }

    public static KernelLimits Read(ref CborReader reader)
    {
        reader.ReadArray(Fields);
        return new KernelLimits
        {
            InboxMessagesMax = ReadInt(ref reader),
            OutboxMessagesMax = ReadInt(ref reader),
            EffectsPerTurnMax = ReadInt(ref reader),
            InboxBytesMax = ReadLong(ref reader),
            OutboxBytesMax = ReadLong(ref reader),
            EffectBytesPerTurnMax = ReadLong(ref reader),
            OpenCallsMax = ReadInt(ref reader),
            PortsMax = ReadInt(ref reader),
            DataBytesMax = ReadLong(ref reader),
            IdempotencyKeysMax = ReadInt(ref reader),
            CallDepthMax = ReadInt(ref reader),
            TimersMax = ReadInt(ref reader),
            TriesMax = ReadInt(ref reader),
            DeadLettersMax = ReadInt(ref reader),
            DeadLetterBytesMax = ReadLong(ref reader),
            Vm = new VmLimits
            {
                CodeBytesMax = ReadInt(ref reader),
                StackSlotsMax = ReadInt(ref reader),
                PayloadBytesMax = ReadInt(ref reader),
                KeyBytesMax = ReadInt(ref reader),
                ValueBytesMax = ReadInt(ref reader),
                NameBytesMax = ReadInt(ref reader),
                SnapshotBytesMax = ReadLong(ref reader),
            },
        };
    }

    private static long ReadLong(ref CborReader reader)
    {
        long value = reader.ReadInt64();
        return value >= 0 ? value : throw CborFields.Bad(ref reader, "a limit is not negative");
    }

    private static int ReadInt(ref CborReader reader)
    {
        long value = ReadLong(ref reader);
        return value <= int.MaxValue ? (int)value : throw CborFields.Bad(ref reader, $"{value} is too large a limit");
    }
}
