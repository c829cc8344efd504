using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>An error as users get it: a kind for programs, what and advice for people, an exit code.</summary>
internal sealed record ErrorReport(int ExitCode, string Code, string What, string Advice)
{
    private const string DebugVariable = "GRANARY_DEBUG";

    /// <summary>Set when a source text is wrong.</summary>
    public SourceFileException? Source { get; private init; }

    /// <summary>The stack trace of an internal error, when the user wants to see it.</summary>
    public string Trace { get; private init; } = "";

    public static ErrorReport Of(Exception exception, IConsoleIo io) => exception switch
    {
        KernelHostException e => new ErrorReport(
            ExitCodes.RefusalBase + (int)e.Error, JsonForms.Name(e.Error), e.What, e.Advice),
        SourceFileException e => new ErrorReport(ExitCodes.Usage, "source", e.What, "") { Source = e },
        UsageException e => new ErrorReport(ExitCodes.Usage, "usage", e.What, e.Advice),
        CallTimeoutException e => new ErrorReport(ExitCodes.TimedOut, "timedOut", e.What, e.Advice),
        OperationCanceledException when io.Interrupt.IsCancellationRequested => new ErrorReport(
            ExitCodes.Interrupted, "interrupted", "Interrupted.", "What was acknowledged is kept."),
        _ => new ErrorReport(
            ExitCodes.Internal,
            "internal",
            $"Internal error: {exception.GetType().Name}: {exception.Message}",
            $"Nothing acknowledged is lost. Set {DebugVariable}=1 to see where, and report it.")
        {
            Trace = io.Variable(DebugVariable) == "1" ? exception.ToString() : "",
        },
    };

    public JsonObject ToJson()
    {
        JsonObject error = new()
        {
            ["code"] = Code,
            ["exitCode"] = ExitCode,
            ["what"] = What,
            ["advice"] = Advice,
        };
        if (Source is not null)
        {
            error["file"] = Source.Path;
            error["line"] = Source.Line;
            error["column"] = Source.Column;
        }
        if (Trace.Length > 0)
        {
            error["trace"] = Trace;
        }
        return new JsonObject { ["error"] = error };
    }

    public void Write(IConsoleIo io, bool isJson)
    {
        if (isJson)
        {
            io.Error.Write(JsonForms.ToLine(ToJson()));
            return;
        }
        Screen screen = Screen.OfError(io);
        if (Source is not null)
        {
            WriteSource(screen, Source);
            return;
        }
        string advice = Advice.Length == 0 ? "" : " " + Advice;
        screen.Line($"{screen.Paint("granary:", ScreenColour.Red)} {TextForms.WithoutControls(What + advice)}");
        if (Trace.Length > 0)
        {
            screen.Line(Trace);
        }
    }

    private static void WriteSource(Screen screen, SourceFileException source)
    {
        screen.Line($"{source.Path}:{source.Line}:{source.Column}: {TextForms.WithoutControls(source.What)}");
        if (source.SourceLine.Length == 0)
        {
            return;
        }
        // Tabs stay tabs in the line of the caret, so that it stands under its column.
        int before = Math.Clamp(source.Column - 1, 0, source.SourceLine.Length);
        string indent = string.Concat(source.SourceLine.Take(before).Select(c => c == '\t' ? '\t' : ' '));
        screen.Line("  " + TextForms.WithoutControls(source.SourceLine));
        screen.Line("  " + indent + screen.Paint("^", ScreenColour.Red));
    }
}
