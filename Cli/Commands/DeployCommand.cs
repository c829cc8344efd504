using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Makes a kernel of a program.</summary>
internal sealed class DeployCommand : CliCommand
{
    private readonly ProgramArguments _program;
    private readonly NameOption _name = new("--name", "The kernel's id. Default: the file's name without its ending.");
    private readonly PortOption _ports = new();

    public DeployCommand()
        : base("deploy", "Makes a kernel of a program. It does nothing until a message comes.")
    {
        _program = new ProgramArguments(this);
        Add(_name);
        Add(_ports);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary deploy counter.gscript --name counter", "makes the kernel 'counter'"),
        new("granary deploy front.gscript --port store=counter", "makes 'front', which can send to 'counter'"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        ProgramFile program = _program.Read(session, parsed);
        DeployRequest request = new()
        {
            Id = parsed.GetValue(_name) ?? IdText.OfFile(program.Path),
            Engine = program.Engine.Id,
            Code = program.Code,
            Ports = parsed.GetValue(_ports) ?? [],
        };
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.DeployAsync(request, cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
