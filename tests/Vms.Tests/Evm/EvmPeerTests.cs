using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Granary.Vms.Tests.Evm;

/// <summary>Random programs beside another implementation of the machine.</summary>
public sealed class EvmPeerTests
{
    private const int ProgramsDefault = 2_000;

    /// <summary>For one process of the peer, which keeps what it has not got round to in memory.</summary>
    private const int AtOnce = 5_000;

    [EvmPeerFact]
    public async Task Random_programs_end_as_in_the_other_machine()
    {
        string? wanted = Environment.GetEnvironmentVariable("GRANARY_EVM_PEER_PROGRAMS");
        int programs = wanted is null ? ProgramsDefault : int.Parse(wanted, NumberFormatInfo.InvariantInfo);
        for (int first = 0; first < programs; first += AtOnce)
        {
            await CompareAsync(first, Math.Min(AtOnce, programs - first));
        }
    }

    private static async Task CompareAsync(int first, int count)
    {
        ProcessStartInfo start = new("node", ["compare.mjs"])
        {
            WorkingDirectory = EvmPeerFactAttribute.Folder, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using Process peer = Process.Start(start)!;
        Task<string> said = peer.StandardOutput.ReadToEndAsync();
        for (int seed = first; seed < first + count; seed++)
        {
            await peer.StandardInput.WriteLineAsync(JsonSerializer.Serialize(EvmPeerProgram.Make(seed)));
        }
        peer.StandardInput.Close();
        string text = await said;
        await peer.WaitForExitAsync();
        Assert.True(peer.ExitCode == 0, text);
        Assert.Contains($"{count} programs, 0 different", text, StringComparison.Ordinal);
    }
}
