using System.Globalization;
using Granary.Simulation;
using Spectre.Console;

namespace Granary.Cli;

/// <summary>A progress bar over seeds, when somebody looks.</summary>
internal static class SimulateBar
{
    /// <param name="run">Given what to call after each seed.</param>
    public static async Task RunAsync(
        Screen? screen, int seeds, Func<Action<SimulationTotals, TimeSpan>, Task> run)
    {
        if (screen is null)
        {
            await run(static (_, _) => { });
            return;
        }
        Progress progress = screen.ToAnsiConsole().Progress().AutoClear(true).HideCompleted(false);
        await progress.StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask("simulating", autoStart: true, maxValue: seeds);
            await run((totals, real) =>
            {
                bar.Value = totals.Seeds;
                bar.Description = string.Create(
                    NumberFormatInfo.InvariantInfo,
                    $"seed {totals.Seeds} of {seeds}, {totals.TurnsPerSecond(real):F0} turns/s");
            });
        });
    }
}
