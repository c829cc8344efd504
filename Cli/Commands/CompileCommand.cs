using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Compiles a source file.</summary>
internal sealed class CompileCommand : CliCommand
{
    private const string CodeExtension = ".bin";

    private readonly ProgramArguments _program;

    private readonly Option<string?> _output = new("--output", "-o")
    {
        HelpName = "OUT",
        Description = "The file to write. Default: the source's name with the ending .bin.",
    };

    private readonly Option<bool> _force = new("--force") { Description = "Replace the file when it exists." };

    public CompileCommand()
        : base("compile", "Compiles source text to code that 'run' and 'deploy' take with --engine.")
    {
        _program = new ProgramArguments(this);
        Add(_output);
        Add(_force);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary compile clock.mova -o clock.bin", "then: granary run clock.bin --engine mova")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        ProgramFile program = _program.Read(session, parsed);
        if (program.Language.Length == 0)
        {
            throw new UsageException($"'{program.Path}' is no source text of {program.Engine.Id}.");
        }
        string path = parsed.GetValue(_output) ?? Path.ChangeExtension(program.Path, CodeExtension);
        await Files.WriteAsync(path, parsed.GetValue(_force), async file =>
        {
            await file.WriteAsync(program.Code, cancellationToken);
            return true;
        });
        string hash = Hash.Of(program.Code).ToString();
        JsonObject json = new()
        {
            ["file"] = path,
            ["engine"] = program.Engine.Id.ToString(),
            ["bytes"] = program.Code.Length,
            ["codeHash"] = hash,
        };
        session.Output.Result(json, screen => screen.Line(
            $"{path}: {TextForms.Bytes(program.Code.Length)} for {program.Engine.Id}, hash {hash}"));
        return ExitCodes.Success;
    }
}
