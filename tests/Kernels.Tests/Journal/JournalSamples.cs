using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>One entry of each kind, with every field set to something of its own.</summary>
internal static class JournalSamples
{
    public static IReadOnlyList<(string Name, JournalEntry Entry)> All { get; } =
    [
        ("born", new JournalEntry.Born(Id("k"), 3, 1_700_000_000_000, new EngineId("script", 1), HashOf(1),
            KernelLimits.Default, null)),
        ("born-fork", new JournalEntry.Born(Id("k"), 4, 5, new EngineId("mova", 1), HashOf(1),
            new KernelLimits { InboxMessagesMax = 7, Vm = VmLimits.Default with { CodeBytesMax = 99 } },
            new KernelOrigin(OriginKind.Fork, Id("parent"), 3, 77, HashOf(2)))),
        ("received-send", new JournalEntry.Received(6, new Envelope
        {
            Kind = MessageKind.Send, To = Id("k"), Entry = "go", Payload = new byte[] { 1, 2, 3 }, Gas = 1_000,
            IdempotencyKey = "key-1",
        })),
        ("received-call", new JournalEntry.Received(6, new Envelope
        {
            Kind = MessageKind.Call, From = Id("a"), FromGeneration = 2, Number = 9, To = Id("k"),
            Gas = GasMeter.Unlimited,
            CallId = 5, CallChain = [Id("b"), Id("a")],
            Ports = [new Port(Id("c"), 0), new Port(Id("a"), 12)], Grant = 3,
            Deadline = 1_700_000_000_002,
        })),
        ("received-reply", new JournalEntry.Received(6, new Envelope
        {
            Kind = MessageKind.Reply, From = Id("a"), FromGeneration = 2, Number = 10, To = Id("k"),
            Payload = new byte[300], Gas = 12, CallId = 8, Status = ReplyStatus.Trapped,
        })),
        ("woken", new JournalEntry.Woken(1_700_000_000_001)),
        ("acknowledged", new JournalEntry.Acknowledged(7, Id("b"), 2, 11, ReplyStatus.NoSuchKernel)),
        ("pause", Command(new KernelCommand.Pause())),
        ("resume", Command(new KernelCommand.Resume())),
        ("cancel", Command(new KernelCommand.Cancel())),
        ("set-port", Command(new KernelCommand.SetPort("p", Id("b")))),
        ("take-port", Command(new KernelCommand.SetPort("p", null))),
        ("cancel-message", Command(new KernelCommand.CancelMessage(17))),
        ("set-timer", Command(new KernelCommand.SetTimer(
            "t", new KernelTimer(1_700_000_000_003, 60_000, "tick", new byte[] { 9 }, 5_000)))),
        ("clear-timer", Command(new KernelCommand.SetTimer("t", null))),
        ("resend-dead-letter", Command(new KernelCommand.ResendDeadLetter(4))),
        ("drop-dead-letter", Command(new KernelCommand.DropDeadLetter(5))),
        ("rollback", Command(new KernelCommand.Rollback(HashOf(3), null))),
        ("rollback-half-done", Command(new KernelCommand.Rollback(HashOf(3), HashOf(4)))),
        ("write-machine", Command(new KernelCommand.WriteMachine(KernelStatus.Sleeping, Machine()))),
        ("ended", new JournalEntry.Ended(4, TurnExit.Halted, TrapKind.None, "", 123, HashOf(5), HashOf(6))),
        ("trapped", new JournalEntry.Ended(
            4, TurnExit.Trapped, TrapKind.OutOfGas, "ip 3, PRINT", 1_000, default, default)),
        ("checkpointed", new JournalEntry.Checkpointed(9, 0, HashOf(7), null)),
        ("checkpointed-half-done", new JournalEntry.Checkpointed(9, 55, HashOf(7), HashOf(8))),
    ];

    private static JournalEntry.Commanded Command(KernelCommand command) => new(8, 44, command);

    private static SnapshotBuffer Machine()
    {
        SnapshotBuffer machine = new();
        machine.WriteSection("state", [1, 2]);
        machine.WriteMemory("ram", [3, 4, 5], []);
        return machine;
    }

    private static Hash HashOf(byte b) => Hash.Of([b]);

    private static KernelId Id(string id) => KernelId.Parse(id);
}
