using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Kernels as text: the table of <c>ps</c>, and the one line that follows a change.</summary>
internal static class KernelText
{
    private static readonly string[] s_headers =
        ["ID", "ENGINE", "STATUS", ">GEN", ">INBOX", ">GAS SPENT", ">POSITION", "WAKES"];

    public static void Table(Screen screen, IReadOnlyList<KernelInfo> kernels, TimeProvider time)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        screen.Table(s_headers, kernels.Select(kernel => (IReadOnlyList<string>)
        [
            kernel.Id.Value,
            kernel.Engine.ToString(),
            Status(kernel.Status),
            TextForms.Count(kernel.Generation),
            TextForms.Count(kernel.InboxCount),
            TextForms.Count(kernel.GasSpent),
            TextForms.Count(kernel.Position),
            kernel.WakeAt is { } wakeAt ? TextForms.Until(wakeAt, now) : "",
        ]));
        foreach (KernelInfo kernel in kernels.Where(k => k.Reason.Length > 0))
        {
            screen.Line($"{kernel.Id} is {Status(kernel.Status)}: {kernel.Reason}");
        }
    }

    /// <summary>The status in lower case, as everywhere in text and JSON.</summary>
    public static string Status(KernelStatus status) => JsonForms.Name(status);

    /// <summary>For example: <c>clock (mova@1) is idle, generation 1, position 7.</c></summary>
    public static string Line(KernelInfo kernel)
    {
        string waiting = kernel.InboxCount switch
        {
            0 => "",
            1 => ", 1 message waits",
            _ => $", {TextForms.Count(kernel.InboxCount)} messages wait",
        };
        string reason = kernel.Reason.Length > 0 ? $": {kernel.Reason}" : "";
        return $"{kernel.Id} ({kernel.Engine}) is {Status(kernel.Status)}, generation {kernel.Generation}, "
            + $"position {kernel.Position}{waiting}{reason}";
    }
}
