using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Looks into a kernel's state tree.</summary>
internal sealed class StateCommand : CliCommand
{
    private const int LimitDefault = 1_000;

    private readonly KernelArgument _id = new();

    private readonly Argument<string> _prefix = new("PREFIX")
    {
        Description = "Only keys that begin with this, for example data/. Default: all keys.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "",
    };

    private readonly CheckpointOption _at = new("--at", "A kept snapshot instead of the present.");

    private readonly Option<string?> _after = new("--after")
    {
        HelpName = "KEY",
        Description = "Only keys above this one: the last of the page before.",
    };

    private readonly Option<int> _limit = new("--limit")
    {
        HelpName = "N",
        Description = "At most so many entries. Default: 1000.",
        DefaultValueFactory = _ => LimitDefault,
    };

    private readonly Option<ValueForm> _form = new("--as")
    {
        HelpName = "auto|text|hex|cbor|int",
        Description = "How values are shown. Default: auto: the kernel's records as CBOR, data as text, number or hex.",
        DefaultValueFactory = _ => ValueForm.Auto,
    };

    private readonly Option<string?> _prove = new("--prove")
    {
        HelpName = "KEY",
        Description = "Instead of listing: prove that this key has its value, or that it is absent.",
    };

    public StateCommand()
        : base("state", "Shows a kernel's state tree as of its last commit, or proves one key of it.")
    {
        Add(_id);
        Add(_prefix);
        Add(_at);
        Add(_after);
        Add(_limit);
        Add(_form);
        Add(_prove);
    }

    public override string Remarks =>
        @"Keys are text in which \xNN stands for any byte and \\ for a backslash. What the program stored is under "
        + "data/, the saved machine under vm/; all other keys, such as ports/, inbox/, outbox/ and meta/, are the "
        + "kernel's own. Anybody can check a proof against the root without trusting this machine.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary state counter data/", "what the program 'counter' has stored"),
        new("granary state counter --at before-upgrade --as hex", "all of an older state, values in hex"),
        new("granary state counter --prove data/total --json", "a proof of one value"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        ValueForm form = parsed.GetValue(_form);
        CheckpointRef? at = parsed.GetValue(_at);
        if (parsed.GetValue(_prove) is { } keyText)
        {
            byte[] key = ParseKey(keyText);
            if (at is not null)
            {
                throw new UsageException(
                    "Proofs are made of the present state only.", "Leave out --at, or fork the snapshot first.");
            }
            IKernelHost prover = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
            WriteProof(session.Output, await prover.ProveAsync(id, key, cancellationToken), form);
            return ExitCodes.Success;
        }
        StateQuery query = new()
        {
            Id = id,
            Prefix = ParseKey(parsed.GetValue(_prefix) ?? ""),
            After = ParseKey(parsed.GetValue(_after) ?? ""),
            Limit = CheckLimit(parsed.GetValue(_limit)),
            At = at,
        };
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        await ListAsync(session.Output, host, query, form, cancellationToken);
        return ExitCodes.Success;
    }

    private static async Task ListAsync(
        IOutput output, IKernelHost host, StateQuery query, ValueForm form, CancellationToken cancellationToken)
    {
        int count = 0;
        string last = "";
        await foreach (StateEntry entry in host.ReadStateAsync(query, cancellationToken))
        {
            count++;
            last = KeyText.Format(entry.Key.Span);
            JsonObject json = new()
            {
                ["key"] = JsonForms.Bytes(entry.Key.Span),
                ["value"] = JsonForms.Bytes(entry.Value.Span),
            };
            output.Item(json, screen =>
                screen.Line($"{last} = {ValueText.Format(entry.Key.Span, entry.Value.Span, form)}"));
        }
        if (count == 0)
        {
            output.Note("No such keys.");
        }
        else if (count == query.Limit)
        {
            output.Note($"The first {count}; more with --after '{last}', or a higher --limit.");
        }
    }

    private static void WriteProof(IOutput output, StateEvidence evidence, ValueForm form)
    {
        byte[] proof = evidence.Proof.ToBytes();
        JsonObject json = new()
        {
            ["root"] = evidence.Root.ToString(),
            ["key"] = JsonForms.Bytes(evidence.Key.Span),
            ["present"] = evidence.Value is not null,
            ["value"] = evidence.Value is { } value ? JsonForms.Bytes(value.Span) : null,
            ["proof"] = Convert.ToHexStringLower(proof),
        };
        output.Result(json, screen =>
        {
            screen.Line($"root   {evidence.Root}");
            screen.Line($"key    {KeyText.Format(evidence.Key.Span)}");
            screen.Line("value  " + (evidence.Value is { } present
                ? ValueText.Format(evidence.Key.Span, present.Span, form)
                : "(absent)"));
            screen.Line($"proof  {TextForms.Hex(proof)}");
        });
    }

    private static byte[] ParseKey(string text) => KeyText.TryParse(text, out byte[]? key)
        ? key
        : throw new UsageException(
            $"'{text}' is no key.", @"After a backslash comes another one, or x and two hex digits.");

    private static int CheckLimit(int limit) => limit > 0
        ? limit
        : throw new UsageException($"--limit {limit} shows nothing.", "Use 1 or more.");
}
