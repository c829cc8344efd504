using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli.Tests;

/// <summary>What the programs of the fake host do with a message.</summary>
internal sealed partial class FakeHost
{
    public void Publish(
        KernelId id, KernelEventKind kind, string text = "", string topic = "", KernelStatus? status = null)
    {
        FakeKernel kernel = Kernels[id];
        if (status is { } changed)
        {
            kernel.Info = kernel.Info with { Status = changed };
        }
        KernelEvent e = new(id, kind, Now, topic, Encoding.UTF8.GetBytes(text), kernel.Info.Status);
        lock (_watchers)
        {
            _watchers.ForEach(w => w.Writer.TryWrite(e));
        }
    }

    /// <summary>Ends a sleeping kernel's message well.</summary>
    public void Wake(string id)
    {
        KernelId kernelId = KernelId.Parse(id);
        Publish(kernelId, KernelEventKind.Printed, "awake\n");
        Publish(kernelId, KernelEventKind.Ended, "halted", nameof(ReplyStatus.Ok), KernelStatus.Idle);
    }

    private MessageAccepted Take(MessageRequest request)
    {
        FakeKernel kernel = Find(request.To);
        string key = request.IdempotencyKey;
        if (key.Length > 0 && kernel.Keys.TryGetValue(key, out ulong position))
        {
            return new MessageAccepted(request.To, position, true);
        }
        kernel.Append("received", request.Entry);
        ulong taken = kernel.Info.Position;
        if (key.Length > 0)
        {
            kernel.Keys[key] = taken;
        }
        if (Runs && kernel.Info.Status == KernelStatus.Idle)
        {
            Handle(request);
        }
        else
        {
            kernel.Inbox.Enqueue(request);
            kernel.Info = kernel.Info with { InboxCount = kernel.Inbox.Count };
        }
        return new MessageAccepted(request.To, taken, false);
    }

    private void Handle(MessageRequest request)
    {
        KernelId id = request.To;
        Publish(id, KernelEventKind.StatusChanged, status: KernelStatus.Running);
        switch (request.Entry)
        {
            case "sleep":
                Publish(id, KernelEventKind.Printed, "tired\n");
                Publish(id, KernelEventKind.StatusChanged, status: KernelStatus.Sleeping);
                return;
            case "hang":
                return;
            case "trap":
                Publish(id, KernelEventKind.Printed, "before\n");
                Publish(id, KernelEventKind.Ended, "trapped: OutOfGas at ip 3", nameof(ReplyStatus.Trapped));
                break;
            case "revert":
                Publish(id, KernelEventKind.Ended, "reverted", nameof(ReplyStatus.Reverted));
                break;
            default:
                string text = request.Entry == "echo" ? Encoding.UTF8.GetString(request.Payload.Span) : "hello";
                Publish(id, KernelEventKind.Printed, text + "\n");
                Publish(id, KernelEventKind.Ended, "halted", nameof(ReplyStatus.Ok));
                break;
        }
        Publish(id, KernelEventKind.StatusChanged, status: KernelStatus.Idle);
    }
}
