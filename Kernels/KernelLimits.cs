using Granary.Vms;

namespace Granary.Kernels;

/// <summary>The bounds of one kernel. Recorded in its journal at birth, because results depend on them.</summary>
public sealed record KernelLimits
{
    /// <summary>Gas of a message that names none: about a tenth of a second.</summary>
    public const long MessageGasDefault = 100_000_000;

    public const int IdempotencyKeyCharsMax = 64;

    /// <summary>No kernel takes or sends more in one message.</summary>
    internal const int PayloadBytesHighest = 8 << 20;

    /// <summary>A W3C traceparent has 55.</summary>
    public const int TraceCharsMax = 64;

    public static KernelLimits Default { get; } = new();

    /// <summary>The machine's own bounds.</summary>
    public VmLimits Vm { get; init; } = VmLimits.Default;

    /// <summary>Messages that wait; one more is refused.</summary>
    public int InboxMessagesMax { get; init; } = 1_024;

    /// <summary>
    /// Messages sent and not yet acknowledged. No message is begun while what one turn may send does not fit, so a slow
    /// receiver slows the sender down, and whoever sends to that.
    /// </summary>
    public int OutboxMessagesMax { get; init; } = 4_096;

    /// <summary>Sends, events and calls of one turn; a program that makes one more traps.</summary>
    public int EffectsPerTurnMax { get; init; } = 1_024;

    /// <summary>Payloads that wait in the inbox, together.</summary>
    public long InboxBytesMax { get; init; } = 64L << 20;

    /// <summary>Payloads sent and not yet acknowledged, together.</summary>
    public long OutboxBytesMax { get; init; } = 64L << 20;

    /// <summary>Payloads of the sends, events and reply of one turn, together.</summary>
    public long EffectBytesPerTurnMax { get; init; } = 8L << 20;

    /// <summary>Calls whose replies have not been taken.</summary>
    public int OpenCallsMax { get; init; } = 256;

    /// <summary>Ports held.</summary>
    public int PortsMax { get; init; } = 4_096;

    /// <summary>Timers set.</summary>
    public int TimersMax { get; init; } = 64;

    /// <summary>
    /// How often a message that another kernel sent, expecting no reply, is begun when it traps; then it is a dead
    /// letter.
    /// </summary>
    public int TriesMax { get; init; } = 3;

    /// <summary>Dead letters kept, the oldest forgotten first.</summary>
    public int DeadLettersMax { get; init; } = 256;

    /// <summary>Payloads of dead letters, together; the newest is kept whatever its size.</summary>
    public long DeadLetterBytesMax { get; init; } = 8L << 20;

    /// <summary>Keys and values under <c>data/</c> together.</summary>
    public long DataBytesMax { get; init; } = 256L << 20;

    /// <summary>Idempotency keys remembered, the oldest forgotten first.</summary>
    public int IdempotencyKeysMax { get; init; } = 1_024;

    /// <summary>Kernels in one chain of calls.</summary>
    public int CallDepthMax { get; init; } = 64;

    /// <summary>What journals and trees can hold is bounded, so these are.</summary>
    /// <exception cref="ArgumentException">A limit is higher than that.</exception>
    public void Check()
    {
        CheckOne(nameof(Vm.PayloadBytesMax), Vm.PayloadBytesMax, PayloadBytesHighest);
        CheckOne(nameof(Vm.ValueBytesMax), Vm.ValueBytesMax, 8 << 20);
        CheckOne(nameof(Vm.KeyBytesMax), Vm.KeyBytesMax, 1_024);
        CheckOne(nameof(Vm.NameBytesMax), Vm.NameBytesMax, 128);
        CheckOne(nameof(CallDepthMax), CallDepthMax, 512);
        CheckOne(nameof(EffectsPerTurnMax), EffectsPerTurnMax, 1 << 16);
        CheckOne(nameof(EffectBytesPerTurnMax), EffectBytesPerTurnMax, 256 << 20);
    }

    private static void CheckOne(string name, long value, long highest)
    {
        if (value > highest)
        {
            throw new ArgumentException($"{name} is {value}; the most that can be stored is {highest}.");
        }
    }
}
