using Granary.Vms;

namespace Granary.Cli;

/// <summary>
/// What a machine under the debugger has for a kernel: a copy of the data, and nothing that leaves. Nothing costs gas.
/// </summary>
internal sealed class DebugHost : IVmHost
{
    private readonly SortedDictionary<byte[], byte[]> _data = new(BytewiseOrder.Instance);

    /// <summary>What was printed since the last look.</summary>
    public List<byte[]> Printed { get; } = [];

    public void Seed(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) => _data[key.ToArray()] = value.ToArray();

    public HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value)
    {
        bool found = _data.TryGetValue(key.ToArray(), out byte[]? stored);
        value = stored;
        return found ? HostStatus.Ok : HostStatus.NotFound;
    }

    public HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas)
    {
        _data[key.ToArray()] = value.ToArray();
        return HostStatus.Ok;
    }

    public HostStatus Delete(ReadOnlySpan<byte> key, ref GasMeter gas) =>
        _data.Remove(key.ToArray()) ? HostStatus.Ok : HostStatus.NotFound;

    public HostStatus Next(ReadOnlySpan<byte> after, ref GasMeter gas,
        out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
    {
        foreach ((byte[] storedKey, byte[] stored) in _data)
        {
            if (after.SequenceCompareTo(storedKey) < 0)
            {
                (key, value) = (storedKey, stored);
                return HostStatus.Ok;
            }
        }
        (key, value) = (default, default);
        return HostStatus.NotFound;
    }

    public HostStatus Print(ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        Printed.Add(text.ToArray());
        return HostStatus.Ok;
    }

    public HostStatus Send(in VmMessage message, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus Call(in VmMessage message, ref GasMeter gas, out ulong callId)
    {
        callId = 1;
        return HostStatus.Ok;
    }

    public HostStatus Broadcast(in VmMessage message, ref GasMeter gas, out int count)
    {
        count = 0;
        return HostStatus.Ok;
    }

    public HostStatus Reply(ReadOnlySpan<byte> payload, ReadOnlySpan<string> ports, ref GasMeter gas) =>
        HostStatus.Ok;

    public HostStatus Arrived(ref GasMeter gas, out int portCount, out long firedCount)
    {
        (portCount, firedCount) = (0, 0);
        return HostStatus.Ok;
    }

    public HostStatus BindPort(string name, int arrived, ref GasMeter gas) => HostStatus.NotFound;

    public HostStatus UnbindPort(string name, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus OpenPort(string name, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus RevokePort(string name, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus SetTimer(in VmTimer timer, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus ClearTimer(string name, ref GasMeter gas) => HostStatus.NotFound;

    public HostStatus Emit(string topic, ReadOnlySpan<byte> payload, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus Log(ReadOnlySpan<byte> text, ref GasMeter gas) => HostStatus.Ok;

    public HostStatus Random(ref GasMeter gas, out ulong value)
    {
        value = 0;
        return HostStatus.Ok;
    }

    public HostStatus Time(ref GasMeter gas, out long unixMilliseconds)
    {
        unixMilliseconds = 0;
        return HostStatus.Ok;
    }

    private sealed class BytewiseOrder : IComparer<byte[]>
    {
        public static BytewiseOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
