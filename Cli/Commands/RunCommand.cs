using System.CommandLine;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>Runs a program in the foreground, or goes on with it where it was.</summary>
internal sealed class RunCommand : CliCommand
{
    private readonly ProgramArguments _program;
    private readonly PayloadArguments _payload;
    private readonly NameOption _name = new("--name", "The kernel's id. Default: the file's name without its ending.");

    private readonly Option<string> _entry = new("--entry")
    {
        HelpName = "ENTRY",
        Description = "The entry point that starts the program. Default: the program's first.",
        DefaultValueFactory = _ => "",
    };

    private readonly PortOption _ports = new();
    private readonly GasOption _gas = new(GasMeter.Unlimited);

    public RunCommand()
        : base("run", "Runs a program as a kernel and shows its output, or goes on with it where it was.")
    {
        _program = new ProgramArguments(this);
        _payload = new PayloadArguments(this);
        Add(_name);
        Add(_entry);
        Add(_ports);
        Add(_gas);
    }

    public override string Remarks =>
        "The first time, the program becomes a kernel and gets a message that starts it. Later, with the same code, a "
        + "program that is not at its end goes on with the next instruction; one that has ended is started again. All "
        + "other kernels of the data folder run meanwhile.\n"
        + "Ctrl-C leaves the program where it is, saved; the same command goes on with it. A second Ctrl-C leaves at "
        + "once; nothing acknowledged is lost by that either. The exit code is 0 when the message ended well, 1 when "
        + "the program trapped or reverted, 130 after Ctrl-C.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary run hello.mova", "runs hello.mova as the kernel 'hello', or goes on with it"),
        new("granary run hello.mova --name second --gas 1000000", "a second one, which may spend a million gas"),
        new("granary run tool.bin --engine riscv --entry main 'some text'", "compiled code, its entry and a payload"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        ProgramFile program = _program.Read(session, parsed);
        KernelId id = parsed.GetValue(_name) ?? IdText.OfFile(program.Path);
        MessageRequest start = new()
        {
            To = id,
            Entry = parsed.GetValue(_entry) ?? "",
            Payload = _payload.Read(session, parsed),
            Gas = parsed.GetValue(_gas),
        };
        DeployRequest deploy = new()
        {
            Id = id,
            Engine = program.Engine.Id,
            Code = program.Code,
            Ports = parsed.GetValue(_ports) ?? [],
        };
        ForegroundRun run = new(session, deploy, start, GoOnLine(parsed, program, id));
        try
        {
            return await run.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            run.Leave();
            return ExitCodes.Interrupted;
        }
    }

    private string GoOnLine(ParseResult parsed, ProgramFile program, KernelId id)
    {
        string name = parsed.GetValue(_name) is null ? "" : $" --name {id}";
        string engine = program.Language.Length > 0 ? "" : $" {ProgramFile.EngineOptionName} {program.Engine.Id}";
        return $"granary run {program.Path}{name}{engine}";
    }
}
