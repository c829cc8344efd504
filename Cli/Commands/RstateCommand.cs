using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>In the shell: reads a machine's state, shows it and keeps it for <c>wstate</c>.</summary>
internal sealed class RstateCommand : CliCommand
{
    private readonly ShellState _state;
    private readonly OptionalKernelArgument _id = new("ID", "The kernel. Default: the one bound last.");

    public RstateCommand(ShellState state)
        : base("rstate", "Reads a kernel's machine at a safe point, shows it and keeps it for wstate.")
    {
        _state = state;
        Add(_id);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("rstate clock", "shows stack and position of 'clock' as they are now")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetValue(_id) ?? _state.Current
            ?? throw new UsageException("No kernel is bound.", "Name one: rstate ID");
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        MachineState machine = await host.ReadMachineAsync(id, cancellationToken);
        _state.Keep(id, machine);
        session.Output.Result(ToJson(id, machine), screen =>
        {
            screen.Line($"{id} ({machine.Engine}) is {KernelText.Status(machine.Status)}");
            screen.Line(TextForms.WithoutControls(machine.Text.TrimEnd('\n')));
        });
        return ExitCodes.Success;
    }

    // Sections are small; a memory may have many megabytes, so its size and hash stand for it.
    private static JsonObject ToJson(KernelId id, MachineState machine)
    {
        JsonObject sections = [];
        foreach ((string name, byte[] content) in machine.Snapshot.Sections)
        {
            sections[name] = Convert.ToHexStringLower(content);
        }
        JsonObject memories = [];
        foreach ((string name, byte[] content) in machine.Snapshot.Memories)
        {
            memories[name] = new JsonObject { ["bytes"] = content.Length, ["sha256"] = Hash.Of(content).ToString() };
        }
        return new JsonObject
        {
            ["id"] = id.Value,
            ["engine"] = machine.Engine.ToString(),
            ["status"] = JsonForms.Name(machine.Status),
            ["text"] = machine.Text,
            ["sections"] = sections,
            ["memories"] = memories,
        };
    }
}
