using System.Buffers;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>
/// An executor between two messages is nothing; before one it is that message: section <c>message</c>.
/// </summary>
internal static class NockExecutorSnapshot
{
    private const string Section = "message";
    private const byte Version = 1;
    private const int TextBytesMax = 1_024;

    public static void Save(VmEntry? message, ISnapshotSink snapshot)
    {
        ArrayBufferWriter<byte> bytes = new();
        SnapshotWriter writer = new(bytes);
        writer.WriteByte(Version);
        writer.WriteByte(message is null ? (byte)0 : (byte)1);
        if (message is { } waiting)
        {
            writer.WriteBytes(Encoding.UTF8.GetBytes(waiting.Name));
            writer.WriteBytes(Encoding.UTF8.GetBytes(waiting.Sender));
            writer.WriteBytes(waiting.Payload.Span);
        }
        snapshot.WriteSection(Section, bytes.WrittenSpan);
    }

    public static VmEntry? Read(ISnapshotSource snapshot, VmLimits limits)
    {
        if (!snapshot.TryReadSection(Section, out ReadOnlyMemory<byte> content))
        {
            throw new SnapshotFormatException($"The snapshot has no section '{Section}'.");
        }
        SnapshotReader reader = new(content.Span);
        if (reader.ReadByte() != Version)
        {
            throw new SnapshotFormatException($"The version of the format is not {Version}.");
        }
        byte has = reader.ReadByte();
        if (has > 1)
        {
            throw new SnapshotFormatException("A message is there or not.");
        }
        VmEntry? message = null;
        if (has == 1)
        {
            string name = Encoding.UTF8.GetString(reader.ReadBytes(TextBytesMax));
            string sender = Encoding.UTF8.GetString(reader.ReadBytes(TextBytesMax));
            message = new VmEntry(name, reader.ReadBytes(limits.PayloadBytesMax).ToArray(), sender);
        }
        reader.ExpectEnd();
        return message;
    }

    public static string Describe(ISnapshotSource snapshot) =>
        Read(snapshot, VmLimits.Default) is { } message ? $"before message {message.Name}\n" : "between messages\n";
}
