using Granary.Api;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Gateway;

/// <summary>Saved machines.</summary>
internal static class MachineEndpoints
{
    private const string Tag = "machines";

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/machine", new Operation(
            "readMachine", Tag, ApiRole.Viewer, "The machine as it is, at a safe point.")
            .IsHeavy(api.Options.HeavyTimeout)
            .Gives(200, typeof(ApiMachine), "The machine.").Fails(400, 404, 409), ReadAsync);
        api.Put("/v1/kernels/{id}/machine", new Operation(
            "writeMachine", Tag, ApiRole.Operator,
            "Replaces the machine; the message being handled is cancelled first.")
            .TakesJson(typeof(ApiMachine), "a machine", api.Options.MachineBytesMax).IsHeavy(api.Options.HeavyTimeout)
            .Gives(200, typeof(ApiKernel), "The kernel as it is then.").Fails(400, 404, 409), WriteAsync);
    }

    private static async Task ReadAsync(ApiRequest request)
    {
        MachineState machine = await request.Host.ReadMachineAsync(request.Kernel, request.CancellationToken);
        await request.WriteAsync(200, ToApi.Machine(machine), ApiJson.Default.ApiMachine);
    }

    private static async Task WriteAsync(ApiRequest request)
    {
        MachineState machine = Read(await request.ReadJsonAsync(ApiJson.Strict.ApiMachine));
        await KernelEndpoints.AnswerAsync(
            request, request.Host.WriteMachineAsync(request.Kernel, machine, request.CancellationToken));
    }

    private static MachineState Read(ApiMachine machine)
    {
        string engineText = ApiRequest.Need(machine.Engine, "engine");
        if (!EngineId.TryParse(engineText, out EngineId engine))
        {
            throw Problems.BadParameter("engine", engineText, "Give NAME@VERSION, for example mova@1.");
        }
        SnapshotBuffer snapshot = new();
        foreach ((string name, byte[] bytes) in ReadParts(machine.Sections, "sections"))
        {
            if (bytes.Length > SnapshotFormat.SectionBytesMax)
            {
                throw Bad($"The section '{name}' is over {SnapshotFormat.SectionBytesMax} bytes.");
            }
            snapshot.WriteSection(name, bytes);
        }
        foreach ((string name, byte[] bytes) in ReadParts(machine.Memories, "memories"))
        {
            snapshot.WriteMemory(name, bytes, dirty: default);
        }
        return new MachineState(
            engine, ReadStatus(ApiRequest.Need(machine.Status, "status")), snapshot, machine.Text ?? "");
    }

    /// <summary>What a machine can be doing.</summary>
    private static KernelStatus ReadStatus(string text)
    {
        KernelStatus[] possible =
        [
            KernelStatus.Idle, KernelStatus.Running, KernelStatus.Sleeping, KernelStatus.Receiving,
            KernelStatus.Awaiting,
        ];
        foreach (KernelStatus status in possible)
        {
            if (ToApi.Word(status) == text)
            {
                return status;
            }
        }
        throw Problems.BadParameter("status", text, $"Give one of {string.Join(", ", possible.Select(ToApi.Word))}.");
    }

    private static IEnumerable<(string Name, byte[] Bytes)> ReadParts(
        IReadOnlyDictionary<string, string>? parts, string member)
    {
        foreach ((string name, string hex) in ApiRequest.Need(parts, member))
        {
            if (!SnapshotFormat.IsName(name))
            {
                throw Bad($"'{name}' in '{member}' is no name: use 1 to {SnapshotFormat.NameBytesMax} of a-z 0-9 -.");
            }
            byte[] bytes = new byte[(hex ?? "").Length / 2];
            bool isHex = hex is { Length: var length } && length % 2 == 0
                && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
            yield return isHex ? (name, bytes) : throw Bad($"'{name}' in '{member}' is not hexadecimal.");
        }
    }

    private static ProblemException Bad(string what) =>
        new(400, ToApi.Word(KernelHostError.BadSnapshot), what, "Change what GET gave, and leave the rest as it was.");
}
