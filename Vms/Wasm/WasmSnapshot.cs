using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>Puts a machine into a snapshot; the format is in README.md.</summary>
internal static partial class WasmSnapshot
{
    public const uint Version = 1;
    public const string MachineSection = "machine";
    public const string TouchedSection = "touched";
    public const string DescriptorSection = "descriptors";
    public const string Globals = "globals";
    public const string Frames = "frames";
    public const string Payload = "payload";
    public const string Output = "output";
    public const string Answer = "answer";

    /// <summary>A span reaches 2 GiB, so a large memory is written in parts.</summary>
    private const long PartBytes = 1L << 30;

    private const int SlotBytes = sizeof(ulong);

    public static string MemoryPart(long part) => Named("memory", part);

    public static string TableName(long table) => Named("table", table);

    private static string Named(string name, long number) =>
        string.Create(NumberFormatInfo.InvariantInfo, $"{name}-{number}");

    public static void Write(WasmState state, WasmSession session, ISnapshotSink snapshot)
    {
        ArrayBufferWriter<byte> buffer = new();
        WriteMachine(new SnapshotWriter(buffer), state, session);
        snapshot.WriteSection(MachineSection, buffer.WrittenSpan);
        if (session.Descriptors is { } descriptors)
        {
            buffer.ResetWrittenCount();
            descriptors.Write(new SnapshotWriter(buffer));
            snapshot.WriteSection(DescriptorSection, buffer.WrittenSpan);
        }
        WriteBytes(snapshot, Payload, session.Payload.Span);
        WriteBytes(snapshot, Output, session.Output.Span);
        WriteBytes(snapshot, Answer, session.Answer.Span);
        WriteGlobals(state, snapshot);
        for (int i = 0; i < state.Tables.Length; i++)
        {
            WriteSlots(snapshot, TableName(i), state.Tables[i].Items);
        }
        if (state.FrameCount > 0)
        {
            buffer.ResetWrittenCount();
            WriteFrames(new SnapshotWriter(buffer), state, session.Phase == WasmPhase.Running);
            snapshot.WriteMemory(Frames, buffer.WrittenSpan, default);
        }
        WriteTouched(state.Memory, snapshot);
        WriteMemory(state.Memory, snapshot);
    }

    private static void WriteMachine(SnapshotWriter writer, WasmState state, WasmSession session)
    {
        writer.WriteUInt32(Version);
        writer.WriteByte((byte)session.Phase);
        writer.WriteByte((byte)session.Stage);
        writer.WriteByte(session.Initialized ? (byte)1 : (byte)0);
        writer.WriteByte((byte)session.Wait);
        writer.WriteInt64(session.WaitArgument);
        writer.WriteBytes(Encoding.UTF8.GetBytes(session.Entry));
        writer.WriteBytes(Encoding.UTF8.GetBytes(session.Sender));
        writer.WriteUInt32((uint)session.InputRead);
        writer.WriteUInt32(state.Memory.Pages);
        writer.WriteBytes(PackBits(state.DroppedData));
        writer.WriteBytes(PackBits(state.DroppedElements));
        writer.WriteUInt32((uint)session.Attached.Count);
        foreach (string port in session.Attached)
        {
            writer.WriteBytes(Encoding.UTF8.GetBytes(port));
        }
    }

    private static byte[] PackBits(bool[] flags)
    {
        byte[] bits = new byte[(flags.Length + 7) / 8];
        for (int i = 0; i < flags.Length; i++)
        {
            bits[i / 8] |= (byte)(flags[i] ? 1 << (i % 8) : 0);
        }
        return bits;
    }

    private static void WriteBytes(ISnapshotSink snapshot, string name, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            snapshot.WriteMemory(name, bytes, default);
        }
    }

    private static void WriteGlobals(WasmState state, ISnapshotSink snapshot)
    {
        ulong[] values = [.. state.Globals.Select(g => g.Value)];
        WriteSlots(snapshot, Globals, values);
    }

    private static void WriteSlots(ISnapshotSink snapshot, string name, ReadOnlySpan<ulong> slots)
    {
        if (slots.IsEmpty)
        {
            return;
        }
        byte[] bytes = new byte[slots.Length * SlotBytes];
        for (int i = 0; i < slots.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * SlotBytes), slots[i]);
        }
        snapshot.WriteMemory(name, bytes, default);
    }

    /// <param name="running">False when the topmost frame waits for the results of its call.</param>
    public static unsafe void WriteFrames(SnapshotWriter writer, WasmState state, bool running)
    {
        for (int i = 0; i < state.FrameCount; i++)
        {
            ref WasmFrame frame = ref state.Frames[i];
            bool top = i == state.FrameCount - 1;
            int operands = OperandsOf(frame.Code, frame.Point, top && running);
            int locals = frame.Code.Function.Locals.Length;
            writer.WriteUInt32((uint)frame.Code.Function.Index);
            writer.WriteUInt32(frame.Point < 0 ? 0 : (uint)frame.Code.Points[frame.Point].Offset);
            writer.WriteUInt32((uint)(locals + operands));
            ulong* slots = state.Slots + frame.Base;
            ulong[]? needed = frame.Point < 0 ? null : frame.Code.Points[frame.Point].NeededLocals;
            for (int slot = 0; slot < locals; slot++)
            {
                writer.WriteUInt64(WasmLiveness.Contains(needed, slot) ? slots[slot] : 0);
            }
            for (int slot = 0; slot < operands; slot++)
            {
                writer.WriteUInt64(slots[frame.Code.FirstOperand + slot]);
            }
        }
    }

    /// <summary>
    /// Operands that a frame holds at a point; the results of the call are there when it has returned.
    /// </summary>
    private static int OperandsOf(WasmFunctionCode code, int point, bool returned)
    {
        if (point < 0)
        {
            return 0;
        }
        WasmPoint at = code.Points[point];
        return at.Height + (returned && !at.IsLoop ? at.CalleeType!.Results.Length : 0);
    }

    private static unsafe void WriteTouched(WasmMemory memory, ISnapshotSink snapshot)
    {
        ReadOnlySpan<byte> touched = new(memory.Touched, memory.TouchedCount);
        byte[] bits = new byte[(touched.Length + 7) / 8];
        bool any = false;
        for (int i = touched.IndexOfAnyExcept((byte)0); i >= 0 && i < touched.Length; i++)
        {
            if ((touched[i] & WasmMemory.SinceCommit) != 0)
            {
                bits[i / 8] |= (byte)(1 << (i % 8));
                any = true;
            }
        }
        if (any)
        {
            snapshot.WriteSection(TouchedSection, bits);
        }
    }

    private static unsafe void WriteMemory(WasmMemory memory, ISnapshotSink snapshot)
    {
        const int PagesPerPart = (int)(PartBytes / SnapshotFormat.PageBytes);
        for (long part = 0; part * PartBytes < (long)memory.Size; part++)
        {
            long start = part * PartBytes;
            int bytes = (int)Math.Min((long)memory.Size - start, PartBytes);
            int pages = bytes / SnapshotFormat.PageBytes;
            ulong[] dirty = new ulong[(pages + 63) / 64];
            long first = part * PagesPerPart;
            // A write across the border of two pages marks only the first of them, which may end the part before.
            for (long page = Math.Max(0, first - 1); page < first + pages; page++)
            {
                if ((memory.Touched[page] & WasmMemory.SinceSave) == 0)
                {
                    continue;
                }
                for (long named = Math.Max(first, page); named <= Math.Min(page + 1, first + pages - 1); named++)
                {
                    dirty[(named - first) / 64] |= 1UL << (int)((named - first) % 64);
                }
            }
            snapshot.WriteMemory(MemoryPart(part), new ReadOnlySpan<byte>(memory.Start + start, bytes), dirty);
        }
        memory.Clear(WasmMemory.SinceSave);
    }

    private static ulong[] ToSlots(byte[] bytes)
    {
        ulong[] slots = new ulong[bytes.Length / SlotBytes];
        MemoryMarshal.Cast<byte, ulong>(bytes).CopyTo(slots);
        return slots;
    }
}
