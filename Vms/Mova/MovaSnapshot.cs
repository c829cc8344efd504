using System.Globalization;
using System.Text;

namespace Granary.Vms.Mova;

/// <summary>Puts a machine into a snapshot and takes it out again.</summary>
/// <remarks>
/// Section <c>state</c> is the whole machine. Section <c>entry</c> exists only between a message that named an entry
/// point which Mova does not have and the trap that says so; it holds that name.
/// </remarks>
internal static class MovaSnapshot
{
    private const string EntrySection = "entry";
    private const int EntryNameCharsMax = 64;
    private const int ItemsShownMax = 64;
    private const int BytesOnStackMax = 1_024;

    public static void Write(ISnapshotSink snapshot, ReadOnlySpan<int> stack, uint ip, string? refusedEntry)
    {
        int size = MovaState.SizeOf(stack.Length);
        Span<byte> bytes = size <= BytesOnStackMax ? stackalloc byte[size] : new byte[size];
        MovaState.Write(bytes, stack, ip);
        snapshot.WriteSection(MovaState.SectionName, bytes);
        if (refusedEntry is not null)
        {
            snapshot.WriteSection(EntrySection, Encoding.ASCII.GetBytes(refusedEntry));
        }
    }

    public static MovaState ReadState(ISnapshotSource snapshot) =>
        snapshot.TryReadSection(MovaState.SectionName, out ReadOnlyMemory<byte> content)
            ? MovaState.Parse(content.Span, topFirst: false)
            : throw new SnapshotFormatException($"The snapshot has no section '{MovaState.SectionName}'.");

    public static string? ReadRefusedEntry(ISnapshotSource snapshot)
    {
        if (!snapshot.TryReadSection(EntrySection, out ReadOnlyMemory<byte> content))
        {
            return null;
        }
        string name = Encoding.ASCII.GetString(content.Span);
        return name == CleanEntryName(name) && name is not ("" or MovaProgram.StartEntry)
            ? name
            : throw new SnapshotFormatException($"Section '{EntrySection}' holds no refused entry name.");
    }

    /// <summary>A name from outside, short and printable: it comes back from a snapshot as it went in.</summary>
    public static string CleanEntryName(string name)
    {
        Span<char> clean = stackalloc char[Math.Min(name.Length, EntryNameCharsMax)];
        for (int i = 0; i < clean.Length; i++)
        {
            char c = name[i];
            clean[i] = char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '?';
        }
        return new string(clean);
    }

    public static string Describe(ISnapshotSource snapshot)
    {
        MovaState state = ReadState(snapshot);
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"ip {state.InstructionPointer}\nstack (bottom first):");
        ReadOnlySpan<int> stack = state.Stack.Span;
        int hidden = Math.Max(0, stack.Length - ItemsShownMax);
        if (hidden > 0)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $" ({hidden} more)");
        }
        foreach (int item in stack[hidden..])
        {
            text.Append(NumberFormatInfo.InvariantInfo, $" {item}");
        }
        text.Append(stack.IsEmpty ? " empty\n" : "\n");
        if (ReadRefusedEntry(snapshot) is { } name)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"about to refuse entry {name}\n");
        }
        return text.ToString();
    }
}
