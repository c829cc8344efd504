using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Events as text for people.</summary>
internal static class EventText
{
    private static readonly ScreenColour[] s_colours =
        [ScreenColour.Cyan, ScreenColour.Green, ScreenColour.Yellow, ScreenColour.Magenta, ScreenColour.Blue];

    /// <summary>What happened, in lines of at most one kernel: for a watcher of many.</summary>
    public static void Prefixed(Screen screen, KernelEvent e)
    {
        string prefix = screen.Paint(e.Id.Value, ColourOf(e.Id)) + " | ";
        string text = TextForms.WithoutControls(Describe(e)).TrimEnd('\n', '\r');
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            screen.Line(string.Concat(prefix, line));
        }
    }

    /// <summary>One event in words; what is printed, as it is.</summary>
    public static string Describe(KernelEvent e)
    {
        string content = TextForms.Lenient(e.Content.Span);
        return e.Kind switch
        {
            KernelEventKind.Printed => content,
            KernelEventKind.Logged => $"[log] {content}",
            KernelEventKind.Emitted => $"[event {e.Topic}] {TextForms.TextOrHex(e.Content.Span)}",
            KernelEventKind.Ended => content.Length == 0 ? "[ended]" : $"[ended] {content}",
            KernelEventKind.StatusChanged => $"[{KernelText.Status(e.Status)}]",
            KernelEventKind.Dropped => Dropped(e),
            _ => $"[{JsonForms.Name(e.Kind)}] {content}",
        };
    }

    // Without a number, as after a restart, nobody knows how many or whether any.
    public static string Dropped(KernelEvent e) => e.Content.IsEmpty
        ? "[some events may be missing: the node or the connection was away]"
        : $"[{TextForms.Lenient(e.Content.Span)} events were dropped because they came faster than "
            + "they could be shown]";

    // The same kernel has the same colour in every run.
    private static ScreenColour ColourOf(KernelId id)
    {
        int sum = 0;
        foreach (char c in id.Value)
        {
            sum = ((sum * 31) + c) & 0xFFFF;
        }
        return s_colours[sum % s_colours.Length];
    }
}
