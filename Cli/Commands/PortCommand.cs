using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Gives or takes a port, or lists what there are.</summary>
internal sealed class PortCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "The port's name, as the program knows it. Default: lists the ports that it holds.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly OptionalKernelArgument _target = new("TARGET", "The kernel that the port leads to.");
    private readonly Option<bool> _revoke = new("--revoke") { Description = "Take the port away." };

    public PortCommand()
        : base(
            "port", "Gives a kernel a port, through which it can send to another, takes it away, or lists its ports.")
    {
        Add(_id);
        Add(_name);
        Add(_target);
        Add(_revoke);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary port front store counter", "'front' can send to 'counter' through its port 'store'"),
        new("granary port front store --revoke", "and no longer"),
        new("granary port front", "where 'front' can send"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        KernelId? target = parsed.GetValue(_target);
        bool revokes = parsed.GetValue(_revoke);
        if (parsed.GetValue(_name) is not { } name)
        {
            return revokes
                ? throw new UsageException("Which port?", "Give its name behind the kernel's id.")
                : await ListAsync(session, id, cancellationToken);
        }
        if (target is null != revokes)
        {
            throw new UsageException("A port needs either a TARGET or --revoke.", "See granary port --help.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.SetPortAsync(id, name, target, cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(target is { } to
            ? $"{id} can send to {to} through '{name}'."
            : $"{id} no longer holds the port '{name}'."));
        return ExitCodes.Success;
    }

    private static async Task<int> ListAsync(CliSession session, KernelId id, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        List<PortInfo> ports = [];
        await foreach (PortInfo port in host.ListPortsAsync(id, cancellationToken: cancellationToken))
        {
            ports.Add(port);
        }
        JsonObject json = new() { ["ports"] = new JsonArray([.. ports.Select(JsonForms.Port)]) };
        session.Output.Result(json, screen =>
        {
            if (ports.Count > 0)
            {
                screen.Table(
                    ["NAME", "LEADS TO"], ports.Select(p => (IReadOnlyList<string>)[p.Name, p.Port.ToString()]));
            }
        });
        if (ports.Count == 0)
        {
            session.Output.Note($"{id} holds no ports. Give it one with: granary port {id} NAME TARGET");
        }
        return ExitCodes.Success;
    }
}
