using Granary.Kernels;
using Spectre.Console;

namespace Granary.Cli;

/// <summary>A progress bar for re-execution, when somebody looks.</summary>
internal static class VerifyBar
{
    public static async Task<VerifyReport> RunAsync(
        Screen? screen, Func<IProgress<VerifyProgress>?, Task<VerifyReport>> verify)
    {
        if (screen is null)
        {
            return await verify(null);
        }
        Progress progress = screen.ToAnsiConsole().Progress().AutoClear(true).HideCompleted(false);
        return await progress.StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask("verifying", autoStart: true, maxValue: 1);
            return await verify(new BarProgress(bar));
        });
    }

    // Called on the verifier's own thread; a bar that is behind does no harm, so nothing is queued.
    private sealed class BarProgress(ProgressTask bar) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value)
        {
            bar.MaxValue = Math.Max(1, value.PositionLast);
            bar.Value = value.Position;
        }
    }
}
