namespace Granary.Vms;

/// <summary>
/// The only way out of the sandbox. Every call charges its own gas (<see cref="GasSchedule"/>) before it does anything,
/// so that all engines pay the same; on any status but <see cref="HostStatus.Ok"/> and
/// <see cref="HostStatus.NotFound"/> nothing has happened. What must wait is a <see cref="HostRequest"/> instead.
/// </summary>
public interface IVmHost
{
    /// <summary>Reads the value stored under a key of 1 to <see cref="VmLimits.KeyBytesMax"/> bytes.</summary>
    HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value);

    /// <summary>Stores a value of 0 to <see cref="VmLimits.ValueBytesMax"/> bytes.</summary>
    HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas);

    /// <summary>Removes a key; <see cref="HostStatus.NotFound"/> when it was not there.</summary>
    HostStatus Delete(ReadOnlySpan<byte> key, ref GasMeter gas);

    /// <summary>
    /// The first key above <paramref name="after"/> in bytewise order (an empty one: the first of all).
    /// </summary>
    HostStatus Next(ReadOnlySpan<byte> after, ref GasMeter gas,
        out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value);

    /// <summary>Sends a message through a port; it leaves when this turn is durable. No reply comes.</summary>
    HostStatus Send(in VmMessage message, ref GasMeter gas);

    /// <summary>As <see cref="Send"/>, but a reply is expected: wait for it with
    /// <see cref="HostRequest.AwaitReply"/>.</summary>
    HostStatus Call(in VmMessage message, ref GasMeter gas, out ulong callId);

    /// <summary>
    /// Sends a message through every port whose name is <see cref="VmMessage.Port"/>, a dot and more, in the order of
    /// the names: to all of them or, on any status but <see cref="HostStatus.Ok"/>, to none. Each gets the gas.
    /// </summary>
    HostStatus Broadcast(in VmMessage message, ref GasMeter gas, out int count);

    /// <summary>Answers the call that is being handled; at most once per message.</summary>
    /// <param name="ports">Names of ports that the kernel holds; the caller gets a copy of each.</param>
    HostStatus Reply(ReadOnlySpan<byte> payload, ReadOnlySpan<string> ports, ref GasMeter gas);

    /// <summary>
    /// What came with the last message or reply besides its payload. Ports that are not bound are dropped when the
    /// next one comes or the message ends.
    /// </summary>
    /// <param name="portCount">Ports that came with it; <see cref="BindPort"/> counts them from 0.</param>
    /// <param name="firedCount">Of a timer's message: how often the timer has fired since its last one; of all others
    /// 0.</param>
    HostStatus Arrived(ref GasMeter gas, out int portCount, out long firedCount);

    /// <summary>
    /// Gives a port that came with the last message a name, under which the kernel holds it from then on.
    /// <see cref="HostStatus.NotFound"/> when no such port came, <see cref="HostStatus.PortTaken"/> when the name is in
    /// use.
    /// </summary>
    HostStatus BindPort(string name, int arrived, ref GasMeter gas);

    /// <summary>Lets go of a port.</summary>
    HostStatus UnbindPort(string name, ref GasMeter gas);

    /// <summary>
    /// Makes a port to this kernel itself, to be sent to others. What comes through it or a copy of it is taken until
    /// <see cref="RevokePort"/>. <see cref="HostStatus.PortTaken"/> when the name is in use.
    /// </summary>
    HostStatus OpenPort(string name, ref GasMeter gas);

    /// <summary>
    /// Makes a port that <see cref="OpenPort"/> made, and every copy of it, worthless and lets go of it.
    /// <see cref="HostStatus.NoSuchPort"/> when the kernel holds no such port to itself.
    /// </summary>
    HostStatus RevokePort(string name, ref GasMeter gas);

    /// <summary>Sets a timer, in place of one of the same name; it counts from the time of this turn.</summary>
    HostStatus SetTimer(in VmTimer timer, ref GasMeter gas);

    /// <summary>Removes a timer; <see cref="HostStatus.NotFound"/> when there is none of that name.</summary>
    HostStatus ClearTimer(string name, ref GasMeter gas);

    /// <summary>Publishes an event to whoever watches the kernel, when this turn is durable.</summary>
    HostStatus Emit(string topic, ReadOnlySpan<byte> payload, ref GasMeter gas);

    /// <summary>Diagnostic output, UTF-8; it stays even when the turn is undone.</summary>
    HostStatus Print(ReadOnlySpan<byte> text, ref GasMeter gas);

    /// <summary>A diagnostic line for the operator's log, UTF-8.</summary>
    HostStatus Log(ReadOnlySpan<byte> text, ref GasMeter gas);

    /// <summary>Reproducible randomness from kernel, generation and message. Never a secret.</summary>
    HostStatus Random(ref GasMeter gas, out ulong value);

    /// <summary>The recorded time of the input being handled, in Unix milliseconds (UTC); never goes back.</summary>
    HostStatus Time(ref GasMeter gas, out long unixMilliseconds);
}
