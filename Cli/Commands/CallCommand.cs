using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>Sends a message and prints the reply.</summary>
internal sealed class CallCommand : CliCommand
{
    // For output that was on its way when the reply came, and the end of the message behind it. A kernel that replies
    // and goes on costs the whole of it.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private readonly MessageArguments _message;

    private readonly DurationOption _timeout = new(
        "--timeout", "How long to wait for the reply. Default: for ever.");

    private readonly Option<bool> _raw = new("--raw")
    {
        Description = "The reply's bytes as they are, without a line end; not with --json.",
    };

    public CallCommand()
        : base("call", "Sends a message to a kernel, waits for the reply and prints it.")
    {
        _message = new MessageArguments(this);
        Add(_timeout);
        Add(_raw);
    }

    public override string Remarks =>
        "The reply goes to standard output: as text with one line end when it is text, else as hex (0x...). What the "
        + "kernel prints meanwhile goes to the error stream. A call that is interrupted or times out (exit code 4) "
        + "stays with the kernel and is handled all the same; with --key one can ask again for its reply.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary call counter get", "prints what the entry 'get' replies"),
        new("granary call hash digest --file photo.jpg --raw > digest", "bytes in, bytes out"),
        new("granary call counter add 5 --timeout 2s --json", "the reply with gas and receipt as JSON"),
        new("granary call counter add 5 --within 2s", "five is added within two seconds or never"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        MessageRequest request = _message.Read(session, parsed);
        bool isRaw = parsed.GetValue(_raw);
        if (isRaw && session.Output.IsJson)
        {
            throw new UsageException("--raw and --json exclude each other.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        OutputCollector collector = new(session.Output.IsJson ? null : Screen.OfError(session.Io));
        CallResult result = await CallAsync(
            session, host, request, parsed.GetValue(_timeout), collector.Show, cancellationToken);
        collector.End();
        if (isRaw && result.Status == ReplyStatus.Ok)
        {
            await using Stream stdout = session.Io.OpenOutput();
            await stdout.WriteAsync(result.Payload, cancellationToken);
            return ExitCodes.Success;
        }
        return Write(session, request.To, result, collector);
    }

    private static async Task<CallResult> CallAsync(
        CliSession session,
        IKernelHost host,
        MessageRequest request,
        TimeSpan? timeout,
        Action<KernelEvent> show,
        CancellationToken cancellationToken)
    {
        await using EventStream events = EventStream.Start(host, request.To, cancellationToken);
        using CancellationTokenSource limit = new(timeout ?? Timeout.InfiniteTimeSpan, session.Io.Time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Task<CallResult> call = host.CallAsync(request, either.Token);
        try
        {
            bool sawEnd = await ShowUntilAsync(events, show, call, until: null);
            CallResult result = await call;
            // Without a receipt nothing was run, and what a duplicate asks for was run long ago.
            if (!sawEnd && result is { Receipt: not null, Duplicate: false })
            {
                Task grace = Task.Delay(s_grace, session.Io.Time, cancellationToken);
                await ShowUntilAsync(events, show, grace, KernelEventKind.Ended);
            }
            return result;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested
            && !cancellationToken.IsCancellationRequested)
        {
            throw new CallTimeoutException(
                $"{request.To} did not reply in time.",
                "The message stays with it and is handled when kernels run, for example with 'granary serve'.");
        }
    }

    // True when the end of a message was among the events.
    private static async Task<bool> ShowUntilAsync(
        EventStream events, Action<KernelEvent> show, Task stop, KernelEventKind? until)
    {
        bool sawEnd = false;
        while (await Task.WhenAny(stop, events.Ready) != stop && await events.NextAsync() is { } e)
        {
            show(e);
            sawEnd |= e.Kind == KernelEventKind.Ended;
            if (e.Kind == until)
            {
                return sawEnd;
            }
        }
        if (stop.IsCompleted)
        {
            events.Drain(rest =>
            {
                show(rest);
                sawEnd |= rest.Kind == KernelEventKind.Ended;
            });
        }
        return sawEnd;
    }

    private static int Write(CliSession session, KernelId id, CallResult result, OutputCollector collector)
    {
        JsonObject json = new()
        {
            ["status"] = JsonForms.Name(result.Status),
            ["payload"] = JsonForms.Bytes(result.Payload.Span),
            ["gasUsed"] = result.GasUsed,
            ["duplicate"] = result.Duplicate,
            ["receipt"] = result.Receipt is { } receipt ? JsonForms.Receipt(receipt) : null,
        };
        collector.AddTo(json);
        bool isOk = result.Status == ReplyStatus.Ok;
        session.Output.Result(json, screen =>
        {
            if (isOk)
            {
                screen.Line(TextForms.TextLineOrHex(result.Payload.Span));
            }
        });
        if (!isOk && !session.Output.IsJson)
        {
            Screen.OfError(session.Io).Line($"{id}: {Failure(result)}");
        }
        session.Output.Note($"gas {TextForms.Gas(result.GasUsed)}");
        return isOk ? ExitCodes.Success
            : result.Status == ReplyStatus.TimedOut ? ExitCodes.TimedOut
            : ExitCodes.ProgramFailed;
    }

    // What a trapped kernel replies begins with the word already.
    private static string Failure(CallResult result)
    {
        string words = Words(result.Status);
        string text = TextForms.TextLineOrHex(result.Payload.Span);
        return result.Payload.IsEmpty ? words
            : text.StartsWith(words + ": ", StringComparison.Ordinal) ? text
            : $"{words}: {text}";
    }

    private static string Words(ReplyStatus status) => status switch
    {
        ReplyStatus.Ok => "ok",
        ReplyStatus.Reverted => "reverted",
        ReplyStatus.Trapped => "trapped",
        ReplyStatus.NoSuchKernel => "there is no such kernel",
        ReplyStatus.CallCycle => "it waits for this very call",
        ReplyStatus.Refused => "it refuses messages",
        ReplyStatus.Detached => "it is another generation of the kernel that was called",
        ReplyStatus.UnknownCall => "there is no such call",
        ReplyStatus.TimedOut => "it was not begun in time",
        ReplyStatus.PortRevoked => "the port was revoked",
        _ => JsonForms.Name(status),
    };
}
