using System.Text;

namespace Granary.Vms.Wasm;

/// <content>Reading, which believes nothing.</content>
internal static partial class WasmSnapshot
{
    private const int NameBytesMax = 4_096;
    private const int SegmentBitsMax = 1 << 20;
    private const int FrameHeaderBytes = 3 * sizeof(uint);

    public static (WasmState State, WasmSession Session) Read(WasmProgram program, ISnapshotSource snapshot)
    {
        if (!snapshot.TryReadSection(MachineSection, out ReadOnlyMemory<byte> machine))
        {
            throw new SnapshotFormatException($"The snapshot has no section '{MachineSection}'.");
        }
        WasmState state = new(program.Functions);
        WasmSession session = new();
        SnapshotReader reader = new(machine.Span);
        uint pages = ReadMachine(ref reader, state, session);
        ReadMemory(program, state, pages, snapshot);
        ReadTouched(state.Memory, snapshot);
        ReadTables(program, state, snapshot);
        ReadGlobals(state, snapshot);
        if (snapshot.TryReadSection(DescriptorSection, out ReadOnlyMemory<byte> descriptors))
        {
            session.Descriptors = WasiDescriptors.Read(descriptors.Span);
        }
        session.Payload = ReadBytes(snapshot, Payload, program.Limits.PayloadBytesMax);
        session.Output = ReadBytes(snapshot, Output, program.Limits.PayloadBytesMax);
        session.Answer = ReadBytes(snapshot, Answer, program.Limits.PayloadBytesMax);
        long framesMax = 4L * SlotBytes * program.Bounds.StackUnitsMax;
        ReadFrames(state, ReadBytes(snapshot, Frames, framesMax), session.Phase == WasmPhase.Running);
        CheckSession(program, state, session);
        return (state, session);
    }

    private static uint ReadMachine(ref SnapshotReader reader, WasmState state, WasmSession session)
    {
        uint version = reader.ReadUInt32();
        if (version != Version)
        {
            throw new SnapshotFormatException($"Version {version} of a machine is not known.");
        }
        session.Phase = (WasmPhase)ReadAtMost(ref reader, (byte)WasmPhase.Refused, "phase");
        session.Stage = (WasmStage)ReadAtMost(ref reader, (byte)WasmStage.Entry, "stage");
        session.Initialized = ReadAtMost(ref reader, 1, "flag") == 1;
        session.Wait = (WasmWait)ReadAtMost(ref reader, (byte)WasmWait.Poll, "wait");
        session.WaitArgument = reader.ReadInt64();
        session.Entry = Encoding.UTF8.GetString(reader.ReadBytes(NameBytesMax));
        session.Sender = Encoding.UTF8.GetString(reader.ReadBytes(NameBytesMax));
        session.InputRead = reader.ReadCount(int.MaxValue);
        uint pages = reader.ReadUInt32();
        UnpackBits(reader.ReadBytes(SegmentBitsMax), state.DroppedData);
        UnpackBits(reader.ReadBytes(SegmentBitsMax), state.DroppedElements);
        for (int ports = reader.ReadCount(VmMessage.PortsMax); ports > 0; ports--)
        {
            session.Attached.Add(Encoding.UTF8.GetString(reader.ReadBytes(NameBytesMax)));
        }
        reader.ExpectEnd();
        return pages;
    }

    private static byte ReadAtMost(ref SnapshotReader reader, byte max, string what)
    {
        byte value = reader.ReadByte();
        return value <= max ? value : throw new SnapshotFormatException($"{value} is no {what} of a machine.");
    }

    private static void UnpackBits(ReadOnlySpan<byte> bits, bool[] flags)
    {
        if (bits.Length != (flags.Length + 7) / 8)
        {
            throw new SnapshotFormatException($"{bits.Length} bytes do not hold {flags.Length} flags.");
        }
        for (int i = 0; i < flags.Length; i++)
        {
            flags[i] = (bits[i / 8] >> (i % 8) & 1) != 0;
        }
    }

    private static byte[] ReadBytes(ISnapshotSource snapshot, string name, long bytesMax)
    {
        long size = snapshot.GetMemoryBytes(name);
        if (size <= 0)
        {
            return [];
        }
        if (size > bytesMax)
        {
            throw new SnapshotFormatException($"Memory '{name}' has {size} bytes; {bytesMax} are allowed.");
        }
        byte[] bytes = new byte[size];
        snapshot.ReadMemory(name, bytes);
        return bytes;
    }

    private static unsafe void ReadMemory(
        WasmProgram program, WasmState state, uint pages, ISnapshotSource snapshot)
    {
        WasmBounds bounds = program.Module.Memories.Count > 0 ? program.Module.Memories[0] : new WasmBounds(0, 0);
        uint max = Math.Min(program.Bounds.MemoryPagesMax, bounds.Max ?? 65_536);
        if (pages < bounds.Min || pages > max)
        {
            throw new SnapshotFormatException($"A memory of {pages} pages is outside {bounds.Min} to {max}.");
        }
        state.Memory = new WasmMemory(bounds with { Min = pages }, program.Bounds.MemoryPagesMax);
        for (long part = 0; part * PartBytes < (long)state.Memory.Size; part++)
        {
            long start = part * PartBytes;
            int bytes = (int)Math.Min((long)state.Memory.Size - start, PartBytes);
            string name = MemoryPart(part);
            if (snapshot.GetMemoryBytes(name) != bytes)
            {
                throw new SnapshotFormatException($"Memory '{name}' has not the {bytes} bytes that belong there.");
            }
            snapshot.ReadMemory(name, new Span<byte>(state.Memory.Start + start, bytes));
        }
    }

    private static unsafe void ReadTouched(WasmMemory memory, ISnapshotSource snapshot)
    {
        if (!snapshot.TryReadSection(TouchedSection, out ReadOnlyMemory<byte> bits))
        {
            return;
        }
        if (bits.Length != (memory.TouchedCount + 7) / 8)
        {
            throw new SnapshotFormatException($"Section '{TouchedSection}' does not fit the memory.");
        }
        for (int i = 0; i < memory.TouchedCount; i++)
        {
            memory.Touched[i] = (bits.Span[i / 8] >> (i % 8) & 1) != 0 ? WasmMemory.SinceCommit : (byte)0;
        }
    }

    private static void ReadTables(WasmProgram program, WasmState state, ISnapshotSource snapshot)
    {
        for (int i = 0; i < state.Tables.Length; i++)
        {
            WasmTableType type = program.Module.Tables[i];
            uint max = Math.Min(program.Bounds.TableSlotsMax, type.Bounds.Max ?? uint.MaxValue);
            ulong[] items = ToSlots(ReadBytes(snapshot, TableName(i), (long)max * SlotBytes));
            if (items.Length < type.Bounds.Min)
            {
                throw new SnapshotFormatException($"Table {i} has {items.Length} entries, too few.");
            }
            state.Tables[i] = new WasmTable(type, program.Bounds.TableSlotsMax);
            state.Tables[i].Grow((uint)items.Length - state.Tables[i].Count, WasmReference.Null);
            items.CopyTo(state.Tables[i].Items, 0);
        }
    }

    private static void ReadGlobals(WasmState state, ISnapshotSource snapshot)
    {
        ulong[] values = ToSlots(ReadBytes(snapshot, Globals, (long)state.Globals.Length * SlotBytes));
        if (values.Length != state.Globals.Length)
        {
            throw new SnapshotFormatException($"{values.Length} globals, {state.Globals.Length} wanted.");
        }
        for (int i = 0; i < values.Length; i++)
        {
            state.Globals[i] = new WasmCell(state.Module.GlobalTypes[i], values[i]);
        }
    }

    /// <param name="running">False when the topmost frame waits for the results of its call.</param>
    public static void ReadFrames(WasmState state, ReadOnlySpan<byte> rest, bool running)
    {
        while (!rest.IsEmpty)
        {
            SnapshotReader header = new(rest);
            uint function = header.ReadUInt32();
            uint offset = header.ReadUInt32();
            uint slots = header.ReadUInt32();
            rest = rest[FrameHeaderBytes..];
            if (slots > (uint)(rest.Length / SlotBytes))
            {
                throw new SnapshotFormatException("A frame is cut short.");
            }
            ReadOnlySpan<byte> values = rest[..((int)slots * SlotBytes)];
            rest = rest[values.Length..];
            ReadFrame(state, (function, offset), values, returned: rest.IsEmpty && running);
        }
    }

    private static unsafe void ReadFrame(
        WasmState state, (uint Function, uint Offset) at, ReadOnlySpan<byte> values, bool returned)
    {
        WasmModule module = state.Module;
        if (at.Function < (uint)module.ImportedFuncs || at.Function >= (uint)module.FuncTypes.Count)
        {
            throw new SnapshotFormatException($"A frame names function {at.Function}, which the module does not have.");
        }
        WasmFunctionCode code = state.Functions.CodeOf((int)at.Function);
        CheckCaller(state, code.Function);
        int point = at.Offset == 0 ? -1 : code.FindPoint((int)Math.Min(at.Offset, int.MaxValue));
        int locals = code.Function.Locals.Length;
        if ((at.Offset != 0 && point < 0)
            || values.Length != (locals + OperandsOf(code, point, returned)) * SlotBytes)
        {
            throw new SnapshotFormatException(
                $"A frame of function {at.Function} at offset {at.Offset} is none that the program makes.");
        }
        int start = state.TopEnd;
        if (!state.TryPush(code, start))
        {
            throw new SnapshotFormatException("The frames are over the limit of the stack.");
        }
        state.Top.Point = point;
        for (int i = 0; i < values.Length / SlotBytes; i++)
        {
            int slot = i < locals ? i : code.FirstOperand + i - locals;
            state.Slots[start + slot] = BitConverter.ToUInt64(values[(i * SlotBytes)..]);
        }
    }

    /// <summary>The frame below must wait in a call of this function, or of its type.</summary>
    private static void CheckCaller(WasmState state, WasmFunction callee)
    {
        if (state.FrameCount == 0)
        {
            return;
        }
        WasmFunctionCode caller = state.Top.Code;
        WasmPoint? point = state.Top.Point < 0 ? null : caller.Points[state.Top.Point];
        bool fits = point is { IsLoop: false }
            && (point.Callee < 0 ? point.CalleeType!.Matches(callee.Type) : point.Callee == callee.Index);
        if (!fits)
        {
            throw new SnapshotFormatException(
                $"Function {caller.Function.Index} does not call function {callee.Index} where it waits.");
        }
    }

    private static void CheckSession(WasmProgram program, WasmState state, WasmSession session)
    {
        if (session.Phase is WasmPhase.Running or WasmPhase.Waiting && !program.TryFindEntry(session.Entry, out _))
        {
            throw new SnapshotFormatException("The machine handles a message to an entry that is not there.");
        }
        if (state.FrameCount > 0 && state.Frames[0].Code.Function.Type is not { Parameters: [], Results: [] })
        {
            throw new SnapshotFormatException("The lowest frame is none that a message begins with.");
        }
        if (session.InputRead > session.Payload.Length)
        {
            throw new SnapshotFormatException("More of the message was read than there is.");
        }
        bool waits = session.Phase == WasmPhase.Waiting;
        if (waits != (session.Wait != WasmWait.None))
        {
            throw new SnapshotFormatException("The machine waits for nothing, or waits while it runs.");
        }
        if (!waits && (state.FrameCount == 0 || session.Phase == WasmPhase.Running))
        {
            return;
        }
        WasmPoint? point = state.FrameCount == 0 || state.Top.Point < 0
            ? null
            : state.Top.Code.Points[state.Top.Point];
        int results = session.Wait == WasmWait.Sleep ? 0 : 1;
        if (!waits || point is not { IsLoop: false } || point.CalleeType!.Results.Length != results)
        {
            throw new SnapshotFormatException("The machine waits where its program does not.");
        }
    }
}
