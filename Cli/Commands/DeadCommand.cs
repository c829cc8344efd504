using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Lists, shows, sends again and drops the dead letters of a kernel.</summary>
internal sealed class DeadCommand : CliCommand
{
    private const string List = "list";
    private const string Show = "show";
    private const string Resend = "resend";
    private const string Drop = "drop";

    private readonly Argument<string> _action = new("ACTION") { Description = "list, show, resend or drop." };
    private readonly KernelArgument _id = new();

    private readonly Argument<ulong?> _number = new("NUMBER")
    {
        Description = "The letter, as listed. With list: none.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _all = new("--all") { Description = "With resend and drop: every letter." };

    public DeadCommand()
        : base("dead", "Deals with dead letters: messages that came to nothing.")
    {
        _action.AcceptOnlyFromAmong(List, Show, Resend, Drop);
        Add(_action);
        Add(_id);
        Add(_number);
        Add(_all);
    }

    public override string Remarks =>
        "A message that nobody was owed a reply for is a dead letter when it trapped as often as the kernel tries, "
        + "reverted, or came too late, and when its receiver is gone. It is kept, with why, until it is sent again or "
        + "dropped; of too many the oldest are forgotten. What is sent again goes behind all messages that wait.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary dead list counter", "numbers and reasons, oldest first"),
        new("granary dead show counter 3", "one letter with its payload"),
        new("granary dead resend counter 3", "tries it again"),
        new("granary dead drop counter --all", "forgets them all"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        ulong? number = parsed.GetValue(_number);
        bool all = parsed.GetValue(_all);
        string action = parsed.GetRequiredValue(_action);
        bool changes = action is Resend or Drop;
        if (all && !changes)
        {
            throw new UsageException("--all is for 'granary dead resend' and 'granary dead drop'.");
        }
        if (action == List ? number is not null : number is null != all)
        {
            throw new UsageException(
                action == List ? $"{number} is too much: 'granary dead list ID' lists all." : "Which letter?",
                action == List ? "" : "Give its number" + (changes ? ", or --all." : "."));
        }
        IKernelHost host = await session.OpenAsync(
            changes ? HostAccess.Change : HostAccess.Inspect, cancellationToken);
        if (number is { } one && changes)
        {
            await ChangeAsync(session, host, action, id, [one], cancellationToken);
            return ExitCodes.Success;
        }
        IReadOnlyList<DeadLetterInfo> letters = await host.ListDeadLettersAsync(id, cancellationToken);
        switch (action)
        {
            case List:
                WriteList(session, id, letters);
                break;
            case Show:
                WriteOne(session, id, letters.FirstOrDefault(l => l.Number == number), number!.Value);
                break;
            default:
                await ChangeAsync(session, host, action, id, [.. letters.Select(l => l.Number)], cancellationToken);
                break;
        }
        return ExitCodes.Success;
    }

    private static void WriteList(CliSession session, KernelId id, IReadOnlyList<DeadLetterInfo> letters)
    {
        JsonObject json = new() { ["letters"] = new JsonArray([.. letters.Select(JsonForms.DeadLetter)]) };
        session.Output.Result(json, screen =>
        {
            if (letters.Count > 0)
            {
                MessageText.DeadLetters(screen, letters);
            }
        });
        if (letters.Count == 0)
        {
            session.Output.Note($"{id} has no dead letters.");
        }
    }

    private static void WriteOne(CliSession session, KernelId id, DeadLetterInfo? letter, ulong number)
    {
        if (letter is null)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, $"'{id}' has no dead letter {number}.",
                $"See which there are with: granary dead list {id}");
        }
        session.Output.Result(JsonForms.DeadLetter(letter), screen => MessageText.DeadLetter(screen, letter));
    }

    private static async Task ChangeAsync(
        CliSession session, IKernelHost host, string action, KernelId id, IReadOnlyList<ulong> numbers,
        CancellationToken cancellationToken)
    {
        foreach (ulong number in numbers)
        {
            await (action == Resend
                ? host.ResendDeadLetterAsync(id, number, cancellationToken)
                : host.DropDeadLetterAsync(id, number, cancellationToken));
        }
        string done = action == Resend ? "resent" : "dropped";
        JsonObject json = new()
        {
            ["id"] = id.Value, [done] = new JsonArray([.. numbers.Select(n => JsonValue.Create(n))]),
        };
        session.Output.Result(json, screen =>
        {
            foreach (ulong number in numbers)
            {
                screen.Line(action == Resend ? $"{number} is sent again." : $"{number} is forgotten.");
            }
        });
        if (numbers.Count == 0)
        {
            session.Output.Note($"{id} has no dead letters.");
        }
    }
}
