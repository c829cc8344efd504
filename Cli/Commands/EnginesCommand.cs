using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Lists engines.</summary>
internal sealed class EnginesCommand : CliCommand
{
    public EnginesCommand()
        : base("engines", "Lists the virtual machines that kernels can be of, and the languages that compile to them.")
    {
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary engines", "shows engines, their versions and their source files")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        IReadOnlyList<EngineInfo> engines = await host.ListEnginesAsync(cancellationToken);
        JsonObject json = new() { ["engines"] = new JsonArray([.. engines.Select(ToJson)]) };
        session.Output.Result(json, screen => screen.Table(["ENGINE", "SOURCE", "SUMMARY"], engines.Select(engine =>
            (IReadOnlyList<string>)
            [
                engine.Id.ToString(),
                string.Join(' ', engine.Languages.Select(l => l.FileExtension)),
                engine.Summary,
            ])));
        return ExitCodes.Success;
    }

    private static JsonObject ToJson(EngineInfo engine) => new()
    {
        ["id"] = engine.Id.ToString(),
        ["summary"] = engine.Summary,
        ["languages"] = new JsonArray([.. engine.Languages.Select(language => new JsonObject
        {
            ["name"] = language.Name,
            ["fileExtension"] = language.FileExtension,
        })]),
    };
}
