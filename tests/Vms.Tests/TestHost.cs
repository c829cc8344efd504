namespace Granary.Vms.Tests;

/// <summary>
/// A kernel for tests: keeps data in memory, records what leaves the machine, and charges by
/// <see cref="GasSchedule"/> as a kernel does: all of a call's gas before any of its effects, or nothing.
/// </summary>
internal sealed partial class TestHost(VmLimits limits) : IVmHost
{
    public const long FixedTime = 1_700_000_000_000;

    private ulong _randomState;

    public SortedDictionary<byte[], byte[]> Data { get; } = new(BytewiseComparer.Instance);

    public List<byte[]> Prints { get; } = [];

    public List<byte[]> Logs { get; } = [];

    public List<(string Topic, byte[] Payload)> Emits { get; } = [];

    public HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (!IsKey(key))
        {
            return HostStatus.LimitExceeded;
        }
        bool found = Data.TryGetValue(key.ToArray(), out byte[]? stored);
        if (!gas.TryCharge(GasSchedule.Get(key.Length) + GasSchedule.Copy(stored?.Length ?? 0)))
        {
            return HostStatus.OutOfGas;
        }
        value = stored;
        return found ? HostStatus.Ok : HostStatus.NotFound;
    }

    public HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas)
    {
        if (!IsKey(key) || value.Length > limits.ValueBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Put(key.Length, value.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Data[key.ToArray()] = value.ToArray();
        return HostStatus.Ok;
    }

    public HostStatus Delete(ReadOnlySpan<byte> key, ref GasMeter gas)
    {
        if (!IsKey(key))
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Delete(key.Length)))
        {
            return HostStatus.OutOfGas;
        }
        return Data.Remove(key.ToArray()) ? HostStatus.Ok : HostStatus.NotFound;
    }

    public HostStatus Next(ReadOnlySpan<byte> after, ref GasMeter gas,
        out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
    {
        key = default;
        value = default;
        if (after.Length > limits.KeyBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        byte[] bound = after.ToArray();
        KeyValuePair<byte[], byte[]>? found = null;
        foreach (KeyValuePair<byte[], byte[]> pair in Data)
        {
            if (BytewiseComparer.Instance.Compare(pair.Key, bound) > 0)
            {
                found = pair;
                break;
            }
        }
        int copied = found is { } pairFound ? pairFound.Key.Length + pairFound.Value.Length : 0;
        if (!gas.TryCharge(GasSchedule.Next(after.Length) + GasSchedule.Copy(copied)))
        {
            return HostStatus.OutOfGas;
        }
        if (found is not { } next)
        {
            return HostStatus.NotFound;
        }
        key = next.Key;
        value = next.Value;
        return HostStatus.Ok;
    }

    public HostStatus Emit(string topic, ReadOnlySpan<byte> payload, ref GasMeter gas)
    {
        if (payload.Length > limits.PayloadBytesMax || topic.Length > limits.NameBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Emit(payload.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Emits.Add((topic, payload.ToArray()));
        return HostStatus.Ok;
    }

    public HostStatus Print(ReadOnlySpan<byte> text, ref GasMeter gas) => Write(Prints, text, ref gas);

    public HostStatus Log(ReadOnlySpan<byte> text, ref GasMeter gas) => Write(Logs, text, ref gas);

    public HostStatus Random(ref GasMeter gas, out ulong value)
    {
        value = 0;
        if (!gas.TryCharge(GasSchedule.Random))
        {
            return HostStatus.OutOfGas;
        }
        // SplitMix64: the same numbers in every run.
        _randomState += 0x9E3779B97F4A7C15;
        ulong z = _randomState;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        value = z ^ (z >> 31);
        return HostStatus.Ok;
    }

    public HostStatus Time(ref GasMeter gas, out long unixMilliseconds)
    {
        unixMilliseconds = FixedTime;
        return gas.TryCharge(GasSchedule.Time) ? HostStatus.Ok : HostStatus.OutOfGas;
    }

    private bool IsKey(ReadOnlySpan<byte> key) => key.Length >= 1 && key.Length <= limits.KeyBytesMax;

    private static HostStatus Write(List<byte[]> lines, ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        if (!gas.TryCharge(GasSchedule.Print(text.Length)))
        {
            return HostStatus.OutOfGas;
        }
        lines.Add(text.ToArray());
        return HostStatus.Ok;
    }
}
