using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>What <c>run</c> does: makes the kernel or finds it, starts it or not, and follows it to the end.</summary>
internal sealed class ForegroundRun(CliSession session, DeployRequest deploy, MessageRequest start, string goOnLine)
{
    private EventStream? _events;
    private KernelInfo? _kernel;
    private bool _isNew;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Before anything runs: the kernel as it was left, and a watcher that misses nothing.
            IKernelHost host = await session.OpenAsync(
                HostAccess.Run, cancellationToken, h => PrepareAsync(h, cancellationToken));
            await StartAsync(host, _kernel!, cancellationToken);
            return await FollowAsync(host, _events!, cancellationToken);
        }
        finally
        {
            if (_events is not null)
            {
                await _events.DisposeAsync();
            }
        }
    }

    /// <summary>Tells the user, who leaves, how to come back.</summary>
    public void Leave()
    {
        session.Output.Note($"Left {deploy.Id} where it is. Go on with: {goOnLine}");
        if (session.Output.IsJson)
        {
            session.Output.Item(
                new JsonObject { ["event"] = "left", ["kernel"] = deploy.Id.Value }, static _ => { });
        }
    }

    private async Task PrepareAsync(IKernelHost host, CancellationToken cancellationToken)
    {
        _events = EventStream.Start(host, deploy.Id, cancellationToken);
        _kernel = await FindAsync(host, cancellationToken) ?? await DeployAsync(host, cancellationToken);
    }

    private async Task<KernelInfo> DeployAsync(IKernelHost host, CancellationToken cancellationToken)
    {
        _isNew = true;
        return await host.DeployAsync(deploy, cancellationToken);
    }

    private async Task<KernelInfo?> FindAsync(IKernelHost host, CancellationToken cancellationToken)
    {
        KernelInfo kernel;
        try
        {
            kernel = await host.GetAsync(deploy.Id, cancellationToken);
        }
        catch (KernelHostException e) when (e.Error == KernelHostError.NoSuchKernel)
        {
            return null;
        }
        if (kernel.Engine != deploy.Engine || kernel.CodeHash != Hash.Of(deploy.Code.Span))
        {
            throw new KernelHostException(
                KernelHostError.NameTaken,
                $"The kernel '{kernel.Id}' exists with other code ({kernel.Engine}).",
                $"Run this one under another name with --name, or delete the other with: granary delete {kernel.Id}");
        }
        RequireRunnable(kernel);
        return kernel;
    }

    private static void RequireRunnable(KernelInfo kernel)
    {
        string advice = kernel.Status switch
        {
            KernelStatus.Paused => $"Resume it with: granary resume {kernel.Id}",
            KernelStatus.Quarantined => $"See what differs with: granary verify {kernel.Id}",
            KernelStatus.Refused => "Use a version of granary that has its engine.",
            KernelStatus.Deleted => "Its id cannot be used again; choose another with --name.",
            _ => "",
        };
        if (advice.Length > 0)
        {
            string reason = kernel.Reason.Length > 0 ? $": {kernel.Reason}" : "";
            throw new KernelHostException(
                KernelHostError.WrongStatus,
                $"The kernel '{kernel.Id}' is {KernelText.Status(kernel.Status)}{reason}.",
                advice);
        }
    }

    private async Task StartAsync(IKernelHost host, KernelInfo kernel, CancellationToken cancellationToken)
    {
        if (kernel.Status != KernelStatus.Idle || kernel.InboxCount > 0)
        {
            string status = KernelText.Status(kernel.Status);
            Announce("continues", kernel.Position, $"{kernel.Id} continues at position {kernel.Position} ({status}).");
            return;
        }
        MessageAccepted accepted = await host.SendAsync(start, cancellationToken);
        string verb = _isNew ? "starts" : "had ended and starts again";
        Announce("starts", accepted.Position, $"{kernel.Id} {verb} at position {accepted.Position}.");
    }

    private void Announce(string what, ulong position, string note)
    {
        session.Output.Note(note);
        if (session.Output.IsJson)
        {
            JsonObject json = new() { ["event"] = what, ["kernel"] = deploy.Id.Value, ["position"] = position };
            session.Output.Item(json, static _ => { });
        }
    }

    private async Task<int> FollowAsync(IKernelHost host, EventStream events, CancellationToken cancellationToken)
    {
        while (await events.NextAsync() is { } e)
        {
            if (e.Kind == KernelEventKind.StatusChanged && e.Status > KernelStatus.Awaiting)
            {
                RequireRunnable(await host.GetAsync(deploy.Id, cancellationToken));
            }
            if (Show(e) is { } exitCode)
            {
                return exitCode;
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        throw new KernelHostException(
            KernelHostError.ShuttingDown, $"The host ended before {deploy.Id} did.", $"Go on with: {goOnLine}");
    }

    // The exit code when that was the end.
    private int? Show(KernelEvent e)
    {
        IOutput output = session.Output;
        if (output.IsJson)
        {
            output.Item(JsonForms.Event(e), static _ => { });
        }
        switch (e.Kind)
        {
            case KernelEventKind.Printed:
                if (!output.IsJson)
                {
                    output.Item([], screen => screen.Guest(TextForms.Lenient(e.Content.Span)));
                }
                return null;
            case KernelEventKind.Ended:
                return End(EndedMessage.Of(e));
            case KernelEventKind.StatusChanged:
                return null;
            default:
                output.Note(TextForms.WithoutControls(EventText.Describe(e)));
                return null;
        }
    }

    private int End(EndedMessage ended)
    {
        if (!session.Output.IsJson)
        {
            session.Output.Item([], screen => screen.EndGuestLine());
        }
        if (!ended.IsOk && !session.Output.IsJson)
        {
            Screen.OfError(session.Io).Line($"{deploy.Id}: {TextForms.WithoutControls(ended.Failure)}");
        }
        return ended.ExitCode;
    }
}
