using System.Buffers;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>What an operator asks of a kernel. Takes effect at a safe point. Closed.</summary>
public abstract record KernelCommand
{
    private KernelCommand()
    {
    }

    /// <summary>As journals hold it (CBOR).</summary>
    public byte[] ToBytes()
    {
        ArrayBufferWriter<byte> buffer = new();
        CborWriter writer = new(buffer);
        CommandCodec.Write(ref writer, this);
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="CborException">The bytes are no command.</exception>
    public static KernelCommand Parse(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        KernelCommand command = CommandCodec.Read(ref reader);
        reader.ExpectEnd();
        return command;
    }

    /// <summary>Stop running; messages are still taken.</summary>
    public sealed record Pause : KernelCommand;

    public sealed record Resume : KernelCommand;

    /// <summary>End the message being handled as if it had trapped.</summary>
    public sealed record Cancel : KernelCommand;

    /// <summary>Give a port, or (null) take it away.</summary>
    public sealed record SetPort(string Name, KernelId? Target) : KernelCommand;

    /// <summary>
    /// End the message that stands at this place of the journal: as <see cref="Cancel"/> when it is being handled,
    /// without beginning it when it waits.
    /// </summary>
    public sealed record CancelMessage(ulong Input) : KernelCommand;

    /// <summary>Set a timer, in place of one of the same name, or (null) remove it.</summary>
    public sealed record SetTimer(string Name, KernelTimer? Timer) : KernelCommand;

    /// <summary>
    /// Take a dead letter out and try again: to handle it, at the end of the inbox, or to bring it to its receiver.
    /// </summary>
    public sealed record ResendDeadLetter(ulong Number) : KernelCommand;

    /// <summary>Forget a dead letter.</summary>
    public sealed record DropDeadLetter(ulong Number) : KernelCommand;

    /// <summary>
    /// Program, machine and data go back to these roots; a new generation begins. Messages and ports stay as they are.
    /// </summary>
    public sealed record Rollback(Hash Root, Hash? WorkRoot) : KernelCommand;

    /// <summary>Replace the machine by a saved one of the same engine.</summary>
    /// <param name="Status">What the saved machine was doing.</param>
    public sealed record WriteMachine(KernelStatus Status, SnapshotBuffer Machine) : KernelCommand;
}
