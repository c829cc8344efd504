using System.CommandLine;
using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>Shows code as instructions.</summary>
internal sealed class DisasmCommand : CliCommand
{
    private readonly ProgramArguments _program;

    public DisasmCommand()
        : base("disasm", "Shows a program's code, one instruction a line.") =>
        _program = new ProgramArguments(this);

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary disasm clock.mova", "what the source text compiles to"),
        new("granary disasm clock.bin --engine mova", "what compiled code does"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        ProgramFile program = _program.Read(session, parsed);
        string text = program.Engine.Disassemble(program.Code);
        JsonObject json = new()
        {
            ["engine"] = program.Engine.Id.ToString(),
            ["bytes"] = program.Code.Length,
            ["text"] = text,
        };
        session.Output.Result(json, screen => screen.Line(TextForms.WithoutControls(text.TrimEnd('\n'))));
        return Task.FromResult(ExitCodes.Success);
    }
}
