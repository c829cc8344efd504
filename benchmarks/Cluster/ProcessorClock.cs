using System.Globalization;

namespace Granary.Benchmarks;

/// <summary>Processor time of this process, of the second one, and of the PostgreSQL server, together.</summary>
internal sealed class ProcessorClock(int other, string serverFolder)
{
    private const double TicksPerSecond = 100;

    private readonly int _server = int.Parse(
        File.ReadLines(Path.Combine(serverFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public TimeSpan Read()
    {
        double ticks = Ticks(Stat(other), withChildren: false);
        ticks += Ticks(Stat(_server), withChildren: true);
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            // The server has a process for each connection.
            if (int.TryParse(Path.GetFileName(folder), out int process) && Stat(process) is { } stat
                && stat[1] == _server.ToString(CultureInfo.InvariantCulture))
            {
                ticks += Ticks(stat, withChildren: false);
            }
        }
        return Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    // From "state" and "parent" on: own time is words 11 and 12, that of children that have ended is 13 and 14.
    private static double Ticks(string[]? stat, bool withChildren) => stat is null
        ? 0
        : stat[11..(withChildren ? 15 : 13)].Sum(w => double.Parse(w, CultureInfo.InvariantCulture));

    private static string[]? Stat(int process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
