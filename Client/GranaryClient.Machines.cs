using System.Text.Json;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>Machines.</content>
public sealed partial class GranaryClient
{
    public async Task<MachineState> ReadMachineAsync(KernelId id, CancellationToken cancellationToken = default) =>
        FromApi.Machine(await GetAsync(
            KernelPath(id, "/machine"), $"reading the machine of '{id}'", ApiJson.Default.ApiMachine, cancellationToken)
            .ConfigureAwait(false));

    public Task<KernelInfo> WriteMachineAsync(
        KernelId id, MachineState machine, CancellationToken cancellationToken = default)
    {
        ApiMachine form = new(
            machine.Engine.ToString(), JsonNamingPolicy.CamelCase.ConvertName(machine.Status.ToString()), machine.Text,
            Hex(machine.Snapshot.Sections), Hex(machine.Snapshot.Memories));
        return ChangeKernelAsync(
            HttpMethod.Put, KernelPath(id, "/machine"), $"replacing the machine of '{id}'", cancellationToken,
            () => Json(form, ApiJson.Default.ApiMachine));
    }

    private static SortedDictionary<string, string> Hex(IReadOnlyDictionary<string, byte[]> parts)
    {
        SortedDictionary<string, string> all = new(StringComparer.Ordinal);
        foreach ((string name, byte[] content) in parts)
        {
            all.Add(name, Convert.ToHexStringLower(content));
        }
        return all;
    }
}
