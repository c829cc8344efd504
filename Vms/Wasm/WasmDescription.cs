using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>A saved machine as text, without its program: phase, memory, and the frames by function and offset.
/// </summary>
internal static class WasmDescription
{
    private const int FramesShownMax = 64;

    public static string Describe(ISnapshotSource snapshot)
    {
        if (!snapshot.TryReadSection(WasmSnapshot.MachineSection, out ReadOnlyMemory<byte> machine))
        {
            throw new SnapshotFormatException($"The snapshot has no section '{WasmSnapshot.MachineSection}'.");
        }
        SnapshotReader reader = new(machine.Span);
        if (reader.ReadUInt32() != WasmSnapshot.Version)
        {
            throw new SnapshotFormatException("The machine is of another version.");
        }
        WasmPhase phase = (WasmPhase)reader.ReadByte();
        WasmStage stage = (WasmStage)reader.ReadByte();
        bool initialized = reader.ReadByte() == 1;
        WasmWait wait = (WasmWait)reader.ReadByte();
        long argument = reader.ReadInt64();
        string entry = Encoding.UTF8.GetString(reader.ReadBytes(SnapshotFormat.PageBytes));
        string sender = Encoding.UTF8.GetString(reader.ReadBytes(SnapshotFormat.PageBytes));
        reader.ReadUInt32();
        uint pages = reader.ReadUInt32();
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"phase {phase}\n");
        text.Append(NumberFormatInfo.InvariantInfo, $"started {(initialized ? "yes" : "no")}\n");
        if (phase is WasmPhase.Running or WasmPhase.Waiting)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"stage {stage}\nentry {entry}\nsender {sender}\n");
        }
        if (wait != WasmWait.None)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"waits for {wait} {argument}\n");
        }
        text.Append(NumberFormatInfo.InvariantInfo, $"memory {pages} pages of 64 KiB\n");
        AppendGlobals(text, snapshot);
        AppendFrames(text, snapshot);
        return text.ToString();
    }

    private static void AppendGlobals(StringBuilder text, ISnapshotSource snapshot)
    {
        byte[] bytes = ReadSmall(snapshot, WasmSnapshot.Globals);
        for (int i = 0; i < Math.Min(bytes.Length / sizeof(ulong), FramesShownMax); i++)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"global {i} 0x{BitConverter.ToUInt64(bytes, i * sizeof(ulong)):x}\n");
        }
    }

    private static void AppendFrames(StringBuilder text, ISnapshotSource snapshot)
    {
        ReadOnlySpan<byte> rest = ReadSmall(snapshot, WasmSnapshot.Frames);
        for (int frame = 0; !rest.IsEmpty; frame++)
        {
            SnapshotReader reader = new(rest);
            uint function = reader.ReadUInt32();
            uint offset = reader.ReadUInt32();
            int slots = reader.ReadCount(rest.Length / sizeof(ulong));
            rest = rest[(3 * sizeof(uint))..];
            if (slots * sizeof(ulong) > rest.Length)
            {
                throw new SnapshotFormatException("A frame is cut short.");
            }
            if (frame < FramesShownMax)
            {
                text.Append(NumberFormatInfo.InvariantInfo, $"frame {frame} function {function} offset 0x{offset:x}:");
                for (int i = 0; i < Math.Min(slots, FramesShownMax); i++)
                {
                    text.Append(NumberFormatInfo.InvariantInfo,
                        $" 0x{BitConverter.ToUInt64(rest[(i * sizeof(ulong))..]):x}");
                }
                text.Append('\n');
            }
            rest = rest[(slots * sizeof(ulong))..];
        }
    }

    private static byte[] ReadSmall(ISnapshotSource snapshot, string name)
    {
        long size = snapshot.GetMemoryBytes(name);
        if (size is <= 0 or > SnapshotFormat.SectionBytesMax)
        {
            return [];
        }
        byte[] bytes = new byte[size];
        snapshot.ReadMemory(name, bytes);
        return bytes;
    }
}
