using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Grains;

/// <summary>The core's records as wire records, and back.</summary>
internal static class Answers
{
    public static CallAnswer Of(CallResult result) => new(
        CallState.Answered, (byte)result.Status, result.Payload.ToArray(), result.GasUsed, result.Duplicate,
        result.Receipt is { } receipt
            ? new ReceiptAnswer(
                receipt.Generation, receipt.Input, Bytes(receipt.InputHash), receipt.Outcome, Bytes(receipt.Chain),
                receipt.Gas, (byte)receipt.Status, Bytes(receipt.OutputHash))
            : null);

    public static HeadAnswer Of(KernelHead head) => new(
        head.Generation, head.Position, Bytes(head.Chain), Bytes(head.Root),
        head.WorkRoot is { } work ? Bytes(work) : null, head.Time);

    public static KernelHead Read(KernelId id, HeadAnswer head) => new(
        id, head.Generation, head.Position, new Hash(head.Chain), new Hash(head.Root),
        head.WorkRoot is null ? null : new Hash(head.WorkRoot), head.Time);

    public static MachineAnswer Of(SavedMachine machine) => new(
        machine.Engine.ToString(), new KernelCommand.WriteMachine(machine.Status, machine.Snapshot).ToBytes());

    public static SavedMachine Read(MachineAnswer answer)
    {
        var machine = (KernelCommand.WriteMachine)KernelCommand.Parse(answer.Machine);
        return EngineId.TryParse(answer.Engine, out EngineId engine)
            ? new SavedMachine(engine, machine.Status, machine.Machine)
            : throw new FormatException($"'{answer.Engine}' is no engine.");
    }

    public static EvidenceAnswer Of(StateEvidence evidence) => new(
        Bytes(evidence.Root), evidence.Value?.ToArray(), evidence.Proof.ToBytes());

    public static StateEvidence Read(ReadOnlyMemory<byte> key, EvidenceAnswer answer) => new(
        new Hash(answer.Root), key,
        // The cast: a bare null would be taken for an empty value.
        answer.Value is null ? (ReadOnlyMemory<byte>?)null : answer.Value, StateProof.Parse(answer.Proof));

    private static byte[] Bytes(in Hash hash) => hash.Span.ToArray();
}
