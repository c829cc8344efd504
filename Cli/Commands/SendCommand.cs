using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Sends a message; by default also waits until the kernel has dealt with it.</summary>
internal sealed class SendCommand : CliCommand
{
    private static readonly TimeSpan s_timeoutDefault = TimeSpan.FromSeconds(10);

    private readonly MessageArguments _message;

    private readonly DurationOption _timeout = new(
        "--timeout",
        "How long to run kernels until this one is done with its messages; 0 leaves the message for the next command "
        + "that runs kernels. Default: 10s; in the shell, where kernels run on, 0.");

    public SendCommand()
        : base("send", "Sends a message to a kernel.")
    {
        _message = new MessageArguments(this);
        Add(_timeout);
    }

    public override string Remarks =>
        "When it says that the message was taken, the message is in the kernel's journal and cannot be lost. Then the "
        + "kernels of the data folder run until this one neither runs nor has messages waiting, or the time is up; its "
        + "output is shown. What is not finished by then goes on with 'granary serve' or the next command that runs "
        + "kernels. The exit code is 1 when a message of the kernel trapped or reverted meanwhile.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary send counter add 5", "sends the text '5' to the entry 'add'"),
        new("granary send counter add --hex 05000000 --key order-17", "four bytes, taken once however often sent"),
        new("granary send log put - --timeout 0 < notes.txt", "sends standard input and does not wait"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        MessageRequest request = _message.Read(session, parsed);
        TimeSpan timeout = parsed.GetValue(_timeout) ?? (session.InShell ? TimeSpan.Zero : s_timeoutDefault);
        bool waits = timeout > TimeSpan.Zero;
        IKernelHost host = await session.OpenAsync(waits ? HostAccess.Run : HostAccess.Change, cancellationToken);
        if (waits)
        {
            return await SendAndWaitAsync(session, host, request, timeout, cancellationToken);
        }
        MessageAccepted accepted = await host.SendAsync(request, cancellationToken);
        session.Output.Result(ToJson(accepted), screen => screen.Line(Taken(accepted)));
        return ExitCodes.Success;
    }

    private static async Task<int> SendAndWaitAsync(
        CliSession session,
        IKernelHost host,
        MessageRequest request,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        IOutput output = session.Output;
        await using EventStream events = EventStream.Start(host, request.To, cancellationToken);
        MessageAccepted accepted = await host.SendAsync(request, cancellationToken);
        output.Note(Taken(accepted));
        OutputCollector collector = new(output.IsJson ? null : Screen.OfOut(session.Io));
        Settling settling = new(host, request.To, session.Io.Time, collector.Show);
        SettledKernel settled = await settling.WaitAsync(events, timeout, cancellationToken);

        collector.End();
        JsonObject json = ToJson(accepted);
        json["status"] = JsonForms.Name(settled.Kernel.Status);
        json["inboxCount"] = settled.Kernel.InboxCount;
        json["timedOut"] = settled.IsTimedOut;
        json["failure"] = settled.Failed?.Failure;
        collector.AddTo(json);
        output.Result(json, static _ => { });
        output.Note(KernelText.Line(settled.Kernel) + (settled.IsTimedOut ? "; it is not done yet" : ""));
        if (settled.Failed is { } failed && !output.IsJson)
        {
            Screen.OfError(session.Io).Line($"{request.To}: {TextForms.WithoutControls(failed.Failure)}");
        }
        return settled.Failed?.ExitCode ?? ExitCodes.Success;
    }

    private static string Taken(MessageAccepted accepted) => accepted.Duplicate
        ? $"{accepted.To} had taken the message before, at position {accepted.Position}."
        : $"{accepted.To} took the message at position {accepted.Position}.";

    private static JsonObject ToJson(MessageAccepted accepted) => new()
    {
        ["to"] = accepted.To.Value,
        ["position"] = accepted.Position,
        ["duplicate"] = accepted.Duplicate,
    };
}
