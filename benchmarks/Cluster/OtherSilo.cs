using System.Diagnostics;
using System.Globalization;

namespace Granary.Benchmarks;

/// <summary>The second process. It does what it is told, a line for a line, and ends with its input.</summary>
internal sealed class OtherSilo : IAsyncDisposable
{
    private readonly Process _process;

    private OtherSilo(Process process) => _process = process;

    public int ProcessId => _process.Id;

    /// <summary>What the second process does.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using RunWatch watch = new();
        await using SiloPair silos = await SiloPair.StartAsync(SiloPairOptions.Parse(arguments));
        Console.WriteLine($"ready {silos.Ours.Addresses[0]} {silos.BareAddress.ToParsableString()}");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "memory":
                    (long heap, long workingSet) = MemoryUsage.Take();
                    Console.WriteLine(FormattableString.Invariant(
                        $"{heap} {workingSet}"));
                    break;
                case "kernels":
                    Console.WriteLine(silos.Ours.Kernels.Count.ToString(CultureInfo.InvariantCulture));
                    break;
                case "arrivals":
                    Console.WriteLine(silos.Ours.Kernels.Arrivals.ToString(CultureInfo.InvariantCulture));
                    break;
                case "runs":
                    Console.WriteLine(watch.Take(words[1]));
                    break;
                case "stop":
                    long start = Stopwatch.GetTimestamp();
                    await silos.Ours.DisposeAsync();
                    Console.WriteLine(
                        Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    throw new BenchmarkFailedException($"'{line}' is nothing that a silo is told.");
            }
        }
        return 0;
    }

    /// <summary>Starts it; gives where its HTTP API is, and its bare silo.</summary>
    public static async Task<(OtherSilo Silo, Uri Url, SiloAddress Bare)> StartAsync(SiloPairOptions options)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
            ArgumentList = { typeof(OtherSilo).Assembly.Location, "silo" },
        };
        foreach (string word in options.ToArguments())
        {
            start.ArgumentList.Add(word);
        }
        OtherSilo silo = new(Process.Start(start)!);
        string[] words = await silo.ReadAsync();
        BenchmarkRun.Check(words[0], "ready", "what the second silo says");
        return (silo, new Uri(words[1]), SiloAddress.FromParsableString(words[2]));
    }

    /// <summary>Says a line to it; gives the words of its answer.</summary>
    public async Task<string[]> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private async Task<string[]> ReadAsync() =>
        (await _process.StandardOutput.ReadLineAsync()
            ?? throw new BenchmarkFailedException("The second silo has ended.")).Split(' ');
}
