using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace Granary.Vms.Tests.Evm;

/// <summary>Runs every case of the suites, those that take long too, and lists the outcome by folder.</summary>
[Trait("Category", "Slow")]
public sealed class EvmListing
{
    /// <summary>The file to write, a table in Markdown; it grows while the cases run.</summary>
    private const string Variable = "GRANARY_EVM_LISTING";

    [EvmListingFact]
    public void Every_folder_of_the_suites_passes()
    {
        string path = Environment.GetEnvironmentVariable(Variable)!;
        List<string> failures = [];
        List<string> sums = [];
        File.WriteAllText(path, "| folder | cases | passed | seconds |\n|---|---:|---:|---:|\n");
        foreach (string group in (string[])["vmtests", "vmtests-slow", "state", "slow"])
        {
            (int cases, int passed) = (0, 0);
            foreach (var folder in Checks(group).GroupBy(c => c.Folder))
            {
                Stopwatch time = Stopwatch.StartNew();
                int good = folder.Count(c => Passes($"{c.Folder} {c.Case}", c.Check, failures));
                int all = folder.Count();
                (cases, passed) = (cases + all, passed + good);
                string seconds = time.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
                File.AppendAllText(path, $"| {folder.Key} | {all:N0} | {good:N0} | {seconds} |\n");
            }
            sums.Add($"| **{group}** | {cases:N0} | {passed:N0} | |\n");
        }
        File.AppendAllText(path, string.Concat(sums));
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
    }

    private static IEnumerable<(string Folder, string Case, Action Check)> Checks(string group) =>
        group.StartsWith("vmtests", StringComparison.Ordinal)
            ? EvmVmTests.Of(group).Select(c => (
                $"{group}/{c[0]}", $"{c[1]}", (Action)(() => EvmVmTests.Check(group, (string)c[0], (string)c[1]))))
            : EvmStateTests.Of(group).Select(c => (
                $"{group}/{c[0]}", $"{c[1]} {c[2]} {c[3]}",
                (Action)(() => EvmStateCase.Load(
                    group, (string)c[0], (string)c[1], (string)c[2], (int)c[3]).Check())));

    private static bool Passes(string name, Action check, List<string> failures)
    {
        try
        {
            check();
            return true;
        }
        catch (XunitException wrong)
        {
            failures.Add($"{name}: {wrong.Message}");
            return false;
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class EvmListingFactAttribute : FactAttribute
    {
        public EvmListingFactAttribute()
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            {
                Skip = $"Takes minutes: set {Variable} to the file to write.";
            }
        }
    }
}
