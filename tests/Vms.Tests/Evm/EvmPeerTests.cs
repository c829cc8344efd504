using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Granary.Vms.Tests.Evm;

/// <summary>Random programs and transactions beside other implementations of the machine.</summary>
public sealed class EvmPeerTests
{
    private const int ProgramsDefault = 2_000;

    /// <summary>For one process of the peer, which keeps what it has not got round to in memory.</summary>
    private const int AtOnce = 5_000;

    [EvmPeerFact]
    public Task Random_programs_end_as_in_ethereumjs() => CompareAsync("compare.mjs", EvmPeerProgram.Make);

    [EvmPeerFact]
    public async Task Random_transactions_leave_what_they_leave_in_edr()
    {
        using EvmTestSigner signer = new();
        await CompareAsync("edr.mjs", seed => EvmPeerTransaction.Make(seed, signer));
    }

    private static async Task CompareAsync(string script, Func<int, object> make)
    {
        int begin = Number("GRANARY_EVM_PEER_FIRST", 0);
        int programs = begin + Number("GRANARY_EVM_PEER_PROGRAMS", ProgramsDefault);
        for (int first = begin; first < programs; first += AtOnce)
        {
            await CompareAsync(script, make, first, Math.Min(AtOnce, programs - first));
        }
    }

    private static int Number(string variable, int without) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, NumberFormatInfo.InvariantInfo)
            : without;

    private static async Task CompareAsync(string script, Func<int, object> make, int first, int count)
    {
        ProcessStartInfo start = new("node", [script])
        {
            WorkingDirectory = EvmPeerFactAttribute.Folder, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using Process peer = Process.Start(start)!;
        Task<string> said = peer.StandardOutput.ReadToEndAsync();
        for (int seed = first; seed < first + count; seed++)
        {
            await peer.StandardInput.WriteLineAsync(JsonSerializer.Serialize(make(seed)));
        }
        peer.StandardInput.Close();
        string text = await said;
        await peer.WaitForExitAsync();
        Assert.True(peer.ExitCode == 0, text);
        Assert.Contains($"{count} programs, 0 different", text, StringComparison.Ordinal);
    }
}
