using Granary.Vms;

namespace Granary.Kernels;

/// <summary>Commands as CBOR arrays whose first item is the kind; numbers are never used again.</summary>
internal static class CommandCodec
{
    private const ulong PauseKind = 1;
    private const ulong ResumeKind = 2;
    private const ulong CancelKind = 3;
    private const ulong SetPortKind = 4;
    private const ulong RollbackKind = 5;
    private const ulong WriteMachineKind = 6;
    private const ulong CancelMessageKind = 7;
    private const ulong SetTimerKind = 8;
    private const ulong ResendDeadLetterKind = 9;
    private const ulong DropDeadLetterKind = 10;

    private const int NameBytesMax = 256;
    private const int PartsMax = 1_024;
    private const int PartBytesMax = 1 << 30;

    public static void Write(ref CborWriter writer, KernelCommand command)
    {
        switch (command)
        {
            case KernelCommand.Pause:
                Begin(ref writer, 1, PauseKind);
                break;
            case KernelCommand.Resume:
                Begin(ref writer, 1, ResumeKind);
                break;
            case KernelCommand.Cancel:
                Begin(ref writer, 1, CancelKind);
                break;
            case KernelCommand.CancelMessage cancel:
                Begin(ref writer, 2, CancelMessageKind);
                writer.WriteUInt64(cancel.Input);
                break;
            case KernelCommand.SetTimer timer:
                Begin(ref writer, 3, SetTimerKind);
                writer.WriteText(timer.Name);
                if (timer.Timer is null)
                {
                    writer.WriteNull();
                }
                else
                {
                    timer.Timer.Write(ref writer);
                }
                break;
            case KernelCommand.ResendDeadLetter resend:
                Begin(ref writer, 2, ResendDeadLetterKind);
                writer.WriteUInt64(resend.Number);
                break;
            case KernelCommand.DropDeadLetter drop:
                Begin(ref writer, 2, DropDeadLetterKind);
                writer.WriteUInt64(drop.Number);
                break;
            case KernelCommand.SetPort port:
                Begin(ref writer, 3, SetPortKind);
                writer.WriteText(port.Name);
                writer.WriteId(port.Target ?? KernelId.Client);
                break;
            case KernelCommand.Rollback rollback:
                Begin(ref writer, 3, RollbackKind);
                writer.WriteHash(rollback.Root);
                writer.WriteHash(rollback.WorkRoot);
                break;
            case KernelCommand.WriteMachine machine:
                Begin(ref writer, 4, WriteMachineKind);
                writer.WriteUInt64((ulong)machine.Status);
                WriteParts(ref writer, machine.Machine.Sections);
                WriteParts(ref writer, machine.Machine.Memories);
                break;
            default:
                throw new ArgumentException($"{command.GetType().Name} is no command.", nameof(command));
        }
    }

    public static KernelCommand Read(ref CborReader reader)
    {
        int count = reader.ReadArray();
        ulong kind = reader.ReadUInt64();
        return (kind, count) switch
        {
            (PauseKind, 1) => new KernelCommand.Pause(),
            (ResumeKind, 1) => new KernelCommand.Resume(),
            (CancelKind, 1) => new KernelCommand.Cancel(),
            (SetPortKind, 3) => new KernelCommand.SetPort(reader.ReadText(NameBytesMax), ReadTarget(ref reader)),
            (CancelMessageKind, 2) => new KernelCommand.CancelMessage(reader.ReadUInt64()),
            (SetTimerKind, 3) => new KernelCommand.SetTimer(
                reader.ReadText(NameBytesMax), reader.TryReadNull() ? null : KernelTimer.Read(ref reader)),
            (ResendDeadLetterKind, 2) => new KernelCommand.ResendDeadLetter(reader.ReadUInt64()),
            (DropDeadLetterKind, 2) => new KernelCommand.DropDeadLetter(reader.ReadUInt64()),
            (RollbackKind, 3) => new KernelCommand.Rollback(reader.ReadHash(), reader.ReadHashOrNull()),
            (WriteMachineKind, 4) => ReadMachine(ref reader),
            _ => throw CborFields.Bad(ref reader, $"no command has kind {kind} and {count} items"),
        };
    }

    private static void Begin(ref CborWriter writer, int count, ulong kind)
    {
        writer.WriteArray(count);
        writer.WriteUInt64(kind);
    }

    private static void WriteParts(ref CborWriter writer, IReadOnlyDictionary<string, byte[]> parts)
    {
        writer.WriteArray(2 * parts.Count);
        foreach ((string name, byte[] content) in parts)
        {
            writer.WriteText(name);
            writer.WriteBytes(content);
        }
    }

    private static KernelId? ReadTarget(ref CborReader reader)
    {
        KernelId target = reader.ReadId();
        return target.IsClient ? null : target;
    }

    private static KernelCommand.WriteMachine ReadMachine(ref CborReader reader)
    {
        KernelStatus status = reader.ReadEnum<KernelStatus>();
        SnapshotBuffer machine = new();
        for (int left = ReadPartCount(ref reader); left > 0; left--)
        {
            machine.WriteSection(ReadName(ref reader, machine.Sections), reader.ReadBytes(PartBytesMax));
        }
        for (int left = ReadPartCount(ref reader); left > 0; left--)
        {
            machine.WriteMemory(ReadName(ref reader, machine.Memories), reader.ReadBytes(PartBytesMax), []);
        }
        return new KernelCommand.WriteMachine(status, machine);
    }

    private static int ReadPartCount(ref CborReader reader)
    {
        int count = reader.ReadArray();
        return count % 2 == 0 && count <= PartsMax
            ? count / 2
            : throw CborFields.Bad(ref reader, "an array of names and contents is wanted");
    }

    private static string ReadName(ref CborReader reader, IReadOnlyDictionary<string, byte[]> taken)
    {
        string name = reader.ReadText(SnapshotFormat.NameBytesMax);
        return SnapshotFormat.IsName(name) && !taken.ContainsKey(name)
            ? name
            : throw CborFields.Bad(ref reader, $"'{name}' is no section name, or stands twice");
    }
}
