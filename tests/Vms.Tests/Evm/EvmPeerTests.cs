using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Granary.Vms.Tests.Evm;

/// <summary>Random programs beside another implementation of the machine.</summary>
public sealed class EvmPeerTests
{
    private const int ProgramsDefault = 2_000;

    [EvmPeerFact]
    public async Task Random_programs_end_as_in_the_other_machine()
    {
        string? wanted = Environment.GetEnvironmentVariable("GRANARY_EVM_PEER_PROGRAMS");
        int programs = wanted is null ? ProgramsDefault : int.Parse(wanted, NumberFormatInfo.InvariantInfo);
        ProcessStartInfo start = new("node", ["compare.mjs"])
        {
            WorkingDirectory = EvmPeerFactAttribute.Folder, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using Process peer = Process.Start(start)!;
        Task<string> said = peer.StandardOutput.ReadToEndAsync();
        for (int seed = 0; seed < programs; seed++)
        {
            await peer.StandardInput.WriteLineAsync(JsonSerializer.Serialize(EvmPeerProgram.Make(seed)));
        }
        peer.StandardInput.Close();
        string text = await said;
        await peer.WaitForExitAsync();
        Assert.True(peer.ExitCode == 0, text);
        Assert.Contains($"{programs} programs, 0 different", text, StringComparison.Ordinal);
    }
}
