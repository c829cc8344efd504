using System.Buffers;
using System.Globalization;
using System.Text;

namespace Granary.Vms.RiscV;

/// <summary>Saves and restores machines. Format in README.md.</summary>
internal static class RiscVSnapshot
{
    public const string StateSection = "state";
    public const string MessageSection = "message";
    private const string MemorySection = "memory";
    private const string TouchedSection = "touched";
    private const string PagesSection = "pages";
    private const byte Version = 1;

    /// <summary>As many processes as CKB allows at once.</summary>
    public const int ProcessesMax = 17;

    /// <summary>Exit codes that nobody asked for: the oldest are forgotten.</summary>
    public const int EndedMax = 1_024;

    /// <summary>What a saved machine has beside its memories and its message, at most.</summary>
    private const int FieldsBytesMax = 64 << 10;

    /// <summary>How many processes a saved machine has room for.</summary>
    public static int ProcessesFor(VmLimits limits) =>
        (int)Math.Min(ProcessesMax, MemoryBytesMax(limits) / RiscVProfile.CkbMemoryBytes);

    /// <summary>Memory that a saved machine has room for.</summary>
    public static long MemoryBytesMax(VmLimits limits) =>
        Math.Max(0, limits.SnapshotBytesMax - FieldsBytesMax - (2L * limits.PayloadBytesMax));

    public static void Save(RiscVState state, RiscVProgram program, ISnapshotSink snapshot)
    {
        ArrayBufferWriter<byte> buffer = new();
        RiscVStateCodec.Write(state, new SnapshotWriter(buffer), Version);
        snapshot.WriteSection(StateSection, buffer.WrittenSpan);
        buffer = new ArrayBufferWriter<byte>();
        SnapshotWriter message = new(buffer);
        message.WriteBytes(Encoding.UTF8.GetBytes(state.Message.Name));
        message.WriteBytes(Encoding.UTF8.GetBytes(state.Message.Sender));
        message.WriteBytes(state.Message.Payload.Span);
        message.WriteBytes(state.Reply.Span);
        snapshot.WriteSection(MessageSection, buffer.WrittenSpan);
        foreach (RiscVProcess process in state.Processes)
        {
            RiscVMemory memory = process.Hart.Memory;
            snapshot.WriteMemory(NameOf(MemorySection, process.Id), memory.Bytes, memory.TakeUnsaved());
            if (process.HasOwnCode)
            {
                byte[] pages = [.. memory.Pages.Select(p => p == RiscVPage.Executable ? (byte)1 : (byte)0)];
                snapshot.WriteSection(NameOf(PagesSection, process.Id), pages);
            }
            if (program.Profile.IsActor)
            {
                WriteTouched(snapshot, NameOf(TouchedSection, process.Id), memory);
            }
        }
    }

    public static RiscVState Restore(ISnapshotSource snapshot, RiscVProgram program)
    {
        RiscVState state = new();
        RiscVStateCodec.Read(state, new SnapshotReader(Section(snapshot, StateSection)), Version, (id, own) =>
            RestoreHart(snapshot, program, id, own));
        SnapshotReader message = new(Section(snapshot, MessageSection));
        int nameBytesMax = 4 * program.Limits.NameBytesMax;
        string name = Encoding.UTF8.GetString(message.ReadBytes(nameBytesMax));
        string sender = Encoding.UTF8.GetString(message.ReadBytes(nameBytesMax));
        byte[] payload = message.ReadBytes(program.Limits.PayloadBytesMax).ToArray();
        state.Reply = message.ReadBytes(program.Limits.PayloadBytesMax).ToArray();
        message.ExpectEnd();
        state.Message = new VmEntry(name, payload, sender);
        bool waits = state.Phase == RiscVPhase.Waiting;
        if (waits && !program.Profile.IsActor)
        {
            throw new SnapshotFormatException("A machine of this kind never waits for its host.");
        }
        return state;
    }

    /// <summary>The machine as text: one register a line.</summary>
    public static string Describe(ISnapshotSource snapshot)
    {
        RiscVState state = new();
        RiscVProfile profile = RiscVProfile.Ckb2;
        RiscVStateCodec.Read(state, new SnapshotReader(Section(snapshot, StateSection)), Version, (_, _) =>
        {
            RiscVMemory none = new(0, loadsNeedAByteBehind: false);
            return new RiscVHart(none, new RiscVCode(default, none.Pages, profile), profile);
        });
        StringBuilder text = new();
        text.Append(CultureLess($"phase {state.Phase}\ncycles {state.Cycles}\n"));
        foreach (RiscVProcess process in state.Processes)
        {
            RiscVHart hart = process.Hart;
            text.Append(CultureLess($"process {process.Id}\npc 0x{hart.Pc:x}\n"));
            for (int i = 1; i < RiscVHart.RegisterCount; i++)
            {
                text.Append(CultureLess($"x{i} {RiscVDisassembler.RegisterName(i)} 0x{hart.X[i]:x}\n"));
            }
        }
        return text.ToString();
    }

    private static string CultureLess(FormattableString text) => text.ToString(NumberFormatInfo.InvariantInfo);

    private static ReadOnlySpan<byte> Section(ISnapshotSource snapshot, string name) =>
        snapshot.TryReadSection(name, out ReadOnlyMemory<byte> content)
            ? content.Span
            : throw new SnapshotFormatException($"The section '{name}' is missing.");

    private static string NameOf(string section, ulong process) => process == 0 ? section : $"{section}-{process}";

    private static RiscVHart RestoreHart(ISnapshotSource snapshot, RiscVProgram program, ulong id, bool hasOwnCode)
    {
        RiscVImage image = program.Image;
        RiscVMemory memory = image.MakeMemory();
        string name = NameOf(MemorySection, id);
        if (snapshot.GetMemoryBytes(name) != memory.Bytes.Length)
        {
            throw new SnapshotFormatException(
                $"The memory '{name}' is missing or has not {memory.Bytes.Length} bytes.");
        }
        snapshot.ReadMemory(name, memory.Bytes);
        if (hasOwnCode && !program.Profile.IsActor)
        {
            ReadPages(Section(snapshot, NameOf(PagesSection, id)), memory);
            RiscVCode code = new(memory.Bytes, memory.Pages, program.Profile);
            return new RiscVHart(memory, code, program.Profile);
        }
        if (!image.HasSameCode(memory))
        {
            throw new SnapshotFormatException($"The memory '{name}' holds other code than the program.");
        }
        if (program.Profile.IsActor)
        {
            ReadTouched(snapshot, NameOf(TouchedSection, id), memory);
        }
        return new RiscVHart(memory, image.Code, program.Profile);
    }

    private static void ReadPages(ReadOnlySpan<byte> executable, RiscVMemory memory)
    {
        if (executable.Length != memory.Pages.Length || executable.IndexOfAnyExcept((byte)0, (byte)1) >= 0)
        {
            throw new SnapshotFormatException($"{executable.Length} pages, or pages of no known kind.");
        }
        for (int page = 0; page < executable.Length; page++)
        {
            memory.Pages[page] = executable[page] == 1 ? RiscVPage.Executable : RiscVPage.Clean;
        }
    }

    private static void WriteTouched(ISnapshotSink snapshot, string name, RiscVMemory memory)
    {
        ArrayBufferWriter<byte> buffer = new();
        SnapshotWriter writer = new(buffer);
        foreach (ulong word in memory.Touched)
        {
            writer.WriteUInt64(word);
        }
        snapshot.WriteSection(name, buffer.WrittenSpan);
    }

    private static void ReadTouched(ISnapshotSource snapshot, string name, RiscVMemory memory)
    {
        SnapshotReader reader = new(Section(snapshot, name));
        for (int i = 0; i < memory.Touched.Length; i++)
        {
            memory.Touched[i] = reader.ReadUInt64();
        }
        reader.ExpectEnd();
    }
}
