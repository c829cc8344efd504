namespace Granary.Kernels;

/// <summary>
/// A message from a client. The client is told that it was taken when it is durable, and gets the reply when that is
/// durable.
/// </summary>
/// <param name="onlyIfKnown">Only waits for the reply to a call that was taken before under the same key.</param>
public abstract class ClientMessageJob(Envelope message, bool onlyIfKnown = false) : ShellJob
{
    private readonly Lock _gate = new();
    private Hash _inputHash;
    private CallResult? _known;
    private KernelShell? _shell;
    private bool _isAbandoned;
    private ulong _generation;

    public Envelope Message => message;

    protected Delivery Delivery { get; private set; }

    private bool IsCall => message.Kind == MessageKind.Call;

    public override void Execute(KernelShell shell, Kernel kernel)
    {
        if (onlyIfKnown && kernel.FindKeyed(message.IdempotencyKey) is null)
        {
            return;
        }
        Delivery = kernel.Deliver(message, shell.Now);
        _generation = kernel.Generation;
        if (!IsCall || Delivery.Position == 0)
        {
            return;
        }
        if (Delivery.Status == DeliveryStatus.Taken)
        {
            _inputHash = Hash.Of(kernel.LastEntry.Span);
            WaitIn(shell);
        }
        else if (kernel.FindKeyed(message.IdempotencyKey) is { Done: true } keyed)
        {
            _known = new CallResult(keyed.Status, keyed.Payload, keyed.GasUsed, Duplicate: true, Receipt: null);
        }
        else
        {
            WaitIn(shell);
        }
    }

    public override void Complete()
    {
        if (onlyIfKnown && Delivery.Position == 0)
        {
            OnAnswered(null);
        }
        else if (Delivery.Status is DeliveryStatus.Taken or DeliveryStatus.Duplicate)
        {
            OnAccepted(new MessageAccepted(
                message.To, Delivery.Position, Delivery.Status == DeliveryStatus.Duplicate));
            if (_known is not null)
            {
                OnAnswered(_known);
            }
        }
        else
        {
            OnRefused(Delivery.Status);
        }
    }

    /// <summary>The reply is durable.</summary>
    public void Answer(Effect.Answer answer)
    {
        bool duplicate = Delivery.Status == DeliveryStatus.Duplicate;
        Receipt? receipt = duplicate
            ? null
            : new Receipt(
                message.To, _generation, Delivery.Position, _inputHash, answer.Outcome, answer.Chain, answer.GasUsed,
                answer.Status, Hash.Of(answer.Payload.Span));
        OnAnswered(new CallResult(answer.Status, answer.Payload, answer.GasUsed, duplicate, receipt));
    }

    /// <summary>Stops waiting for the reply; the message stays. From any thread.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isAbandoned = true;
            _shell?.Waiters.Remove(Delivery.Position, this);
        }
    }

    /// <summary>The message is in the kernel, for good.</summary>
    protected abstract void OnAccepted(MessageAccepted accepted);

    /// <summary>The reply; null when nobody remembers the call that it was to wait for.</summary>
    protected abstract void OnAnswered(CallResult? result);

    /// <summary>The kernel does not take it.</summary>
    protected abstract void OnRefused(DeliveryStatus status);

    private void WaitIn(KernelShell shell)
    {
        lock (_gate)
        {
            if (!_isAbandoned)
            {
                _shell = shell;
                shell.Waiters.Add(Delivery.Position, this);
            }
        }
    }
}
