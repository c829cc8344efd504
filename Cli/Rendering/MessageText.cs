using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Timers and dead letters as text.</summary>
internal static class MessageText
{
    private static readonly string[] s_timers = ["NAME", "FIRES", "EVERY", "ENTRY", "PAYLOAD", ">GAS"];
    private static readonly string[] s_letters = [">NUMBER", "TIME", "FROM", "TO", "ENTRY", ">TRIES", "WHY"];

    public static void Timers(Screen screen, IReadOnlyList<TimerInfo> timers, TimeProvider time)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        screen.Table(s_timers, timers.Select(info => (IReadOnlyList<string>)
        [
            info.Name,
            TextForms.Until(info.Timer.Due, now),
            info.Timer.Period == 0 ? "" : TextForms.Duration(info.Timer.Period),
            info.Timer.Entry,
            OneLine(TextForms.TextOrHex(info.Timer.Payload.Span)),
            TextForms.Gas(info.Timer.Gas),
        ]));
    }

    /// <summary>For example <c>in 30 s, then every 1h</c>.</summary>
    public static string When(KernelTimer timer, DateTimeOffset now)
    {
        string first = TextForms.Until(timer.Due, now.ToUnixTimeMilliseconds());
        string then = timer.Period == 0 ? "" : $", then every {TextForms.Duration(timer.Period)}";
        return (first == "due" ? "at once" : first) + then;
    }

    public static void DeadLetters(Screen screen, IReadOnlyList<DeadLetterInfo> letters) =>
        screen.Table(s_letters, letters.Select(info => (IReadOnlyList<string>)
        [
            TextForms.Count(info.Number),
            TextForms.Time(info.Letter.Time),
            From(info.Letter.Message),
            info.Letter.Message.To.Value,
            info.Letter.Message.Entry,
            TextForms.Count(info.Letter.Tries),
            OneLine(info.Letter.Reason),
        ]));

    public static void DeadLetter(Screen screen, DeadLetterInfo info)
    {
        Envelope message = info.Letter.Message;
        Line(screen, "number", TextForms.Count(info.Number));
        Line(screen, "time", TextForms.Time(info.Letter.Time));
        Line(screen, "why", OneLine(info.Letter.Reason));
        Line(screen, "tries", TextForms.Count(info.Letter.Tries));
        Line(screen, "from", From(message));
        Line(screen, "to", message.To.Value);
        Line(screen, "entry", message.Entry.Length == 0 ? "(the program's first)" : message.Entry);
        Line(screen, "gas", TextForms.Gas(message.Gas));
        if (message.Deadline is { } deadline)
        {
            Line(screen, "deadline", TextForms.Time(deadline));
        }
        if (message.Ports.Count > 0)
        {
            Line(screen, "ports", string.Join(' ', message.Ports));
        }
        Line(screen, "payload", TextForms.TextOrHex(message.Payload.Span));
    }

    private static string From(Envelope message) => message.Kind == MessageKind.Timer
        ? $"timer {message.IdempotencyKey}"
        : message.From.IsClient ? "(client)" : message.From.Value;

    private static void Line(Screen screen, string name, string text) => screen.Line($"{name,-9} {text}");

    // A site holds what a program was asked for, and that may be any text.
    private static string OneLine(string text) =>
        TextForms.WithoutControls(text).ReplaceLineEndings(" ").Replace('\t', ' ');
}
