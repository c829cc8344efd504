using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Executes a journal again and compares.</summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Argument<string> _subject = new("ID|FILE")
    {
        Description = "A kernel, or a bundle: a file of that name goes before a kernel.",
    };

    private readonly CheckpointOption _from = new(
        "--from", "A snapshot of the kernel to begin at. Default: the beginning. Not for bundles.");

    public VerifyCommand()
        : base("verify", "Executes a kernel's journal again and checks that everything comes out as recorded.")
    {
        Add(_subject);
        Add(_from);
    }

    public override string Remarks =>
        "The exit code is 0 when everything came out as recorded, 3 when not; then it names the first entry that "
        + "differs.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary verify counter", "checks a kernel from its beginning"),
        new("granary verify counter.granary", "checks a bundle without importing it"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        string subject = parsed.GetRequiredValue(_subject);
        CheckpointRef? from = parsed.GetValue(_from);
        bool isFile = File.Exists(subject);
        if (isFile && from is not null)
        {
            throw new UsageException("--from is for kernels; a bundle is verified from its beginning.");
        }
        KernelId id = default;
        if (!isFile && !KernelId.TryParse(subject, out id))
        {
            throw new UsageException($"'{subject}' is neither a file nor a kernel id.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        VerifyReport report = await VerifyBar.RunAsync(session.Output.Attended, async progress =>
        {
            if (!isFile)
            {
                return await host.VerifyAsync(id, from, progress, cancellationToken);
            }
            await using FileStream bundle = Files.OpenRead(subject);
            return await host.VerifyBundleAsync(bundle, progress, cancellationToken);
        });
        session.Output.Result(ToJson(report), screen => Write(screen, report));
        return report.Accepted ? ExitCodes.Success : ExitCodes.NotAccepted;
    }

    private static JsonObject ToJson(VerifyReport report) => new()
    {
        ["id"] = report.Id.Value,
        ["accepted"] = report.Accepted,
        ["from"] = report.From,
        ["to"] = report.To,
        ["firstDifference"] = report.FirstDifference,
        ["reason"] = report.Reason,
        ["chain"] = report.Chain.ToString(),
        ["root"] = report.Root.ToString(),
        ["gasExecuted"] = report.GasExecuted,
    };

    private static void Write(Screen screen, VerifyReport report)
    {
        string verdict = report.Accepted
            ? screen.Paint("accepted", ScreenColour.Green)
            : screen.Paint("not accepted", ScreenColour.Red);
        screen.Line($"{report.Id}: {verdict}, entries {report.From} to {report.To}");
        if (!report.Accepted)
        {
            string where = report.FirstDifference is { } position ? $"entry {position} differs: " : "";
            screen.Line(TextForms.WithoutControls(where + report.Reason));
        }
        screen.Line($"chain  {report.Chain}");
        screen.Line($"root   {report.Root}");
        screen.Line($"gas    {TextForms.Gas(report.GasExecuted)}");
    }
}
