using System.Diagnostics;
using Granary.Tests;

namespace Granary.Cli.Tests;

/// <summary>
/// The market of samples/evm: contracts by solc, transactions signed by ethers, every step through the real command,
/// one of them killed again and again, the world forked, traced and verified. What must hold is asserted there.
/// </summary>
public sealed class EvmSampleTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    [EvmSampleFact]
    public async Task The_market_trades_through_kills_and_forks()
    {
        ProcessStartInfo start = new("node", ["market.mjs"])
        {
            WorkingDirectory = EvmSampleFactAttribute.Folder,
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["GRANARY"] = Path.Combine(AppContext.BaseDirectory, "granary") },
        };
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync().WaitAsync(_limit);
        Assert.True(node.ExitCode == 0, await errors);
        Assert.Contains("executed again and compared", await output, StringComparison.Ordinal);
    }

    /// <summary>Needs node, and <c>npm install</c> in the sample's folder.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class EvmSampleFactAttribute : FactAttribute
    {
        public EvmSampleFactAttribute()
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "solc")))
            {
                Skip = "solc and ethers are not installed: run 'npm install' in samples/evm.";
            }
        }

        public static string Folder { get; } = Path.Combine(VectorFolders.RepositoryRoot(), "samples", "evm");
    }
}
