using System.Buffers.Binary;
using System.Text;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// What the machine of one kernel sees of the world. Answers from the kernel's own state; what would leave the kernel
/// is kept in <see cref="Pending"/> until the turn commits.
/// </summary>
internal sealed partial class TurnHost(KernelId id, KernelLimits limits, KernelBooks books) : IVmHost
{
    private readonly VmLimits _vm = limits.Vm;
    private ReadOnlyMemory<byte> _next;
    private ReadOnlyMemory<byte> _nextValue;

    /// <summary>The kernel's tree as the program sees it.</summary>
    public required StateTree Work { get; set; }

    /// <summary>Bytes of keys and values under <c>data/</c> in <see cref="Work"/>.</summary>
    public long DataBytes { get; set; }

    public PendingEffects Pending { get; set; } = new();

    /// <summary>Output since it was last taken; diagnostic, never undone.</summary>
    public List<Effect> Output { get; } = [];

    public required RunState Run { get; set; }

    public ulong Generation { get; set; }

    /// <summary>The time of the last input; a turn sees <see cref="RunState.TurnTime"/>.</summary>
    public long Now { get; set; }

    /// <summary>The number of the last call; never goes back.</summary>
    public ulong LastCallId { get; set; }

    /// <summary>Gas moved out to other kernels, since it was last taken.</summary>
    public long GasMoved { get; set; }

    public int OpenCallCount { get; set; }

    public HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (!IsKey(key))
        {
            return HostStatus.LimitExceeded;
        }
        // The copy is charged with the read: what it costs is known only after the walk, which changes nothing.
        bool found = Work.TryGet(TreeKeys.OfData(key), out ReadOnlyMemory<byte> stored);
        if (!gas.TryCharge(GasSchedule.Get(key.Length) + GasSchedule.Copy(stored.Length)))
        {
            return HostStatus.OutOfGas;
        }
        value = stored;
        return found ? HostStatus.Ok : HostStatus.NotFound;
    }

    public HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas)
    {
        if (!IsKey(key) || value.Length > _vm.ValueBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        byte[] treeKey = TreeKeys.OfData(key);
        long added = key.Length + value.Length;
        if (Work.TryGet(treeKey, out ReadOnlyMemory<byte> before))
        {
            added -= key.Length + before.Length;
        }
        if (DataBytes + added > limits.DataBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Put(key.Length, value.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Work = Work.Put(treeKey, value.ToArray());
        DataBytes += added;
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
        byte[] treeKey = TreeKeys.OfData(key);
        if (!Work.TryGet(treeKey, out ReadOnlyMemory<byte> before))
        {
            return HostStatus.NotFound;
        }
        Work = Work.Delete(treeKey);
        DataBytes -= key.Length + before.Length;
        return HostStatus.Ok;
    }

    public HostStatus Next(ReadOnlySpan<byte> after, ref GasMeter gas,
        out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
    {
        key = value = default;
        if (after.Length > _vm.KeyBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        bool found = Work.TryNext(TreeKeys.OfData(after), out _next, out _nextValue)
            && _next.Span.StartsWith("data/"u8);
        long copied = found ? _next.Length - TreeKeys.Data.Length + _nextValue.Length : 0;
        if (!gas.TryCharge(GasSchedule.Next(after.Length) + GasSchedule.Copy(checked((int)copied))))
        {
            return HostStatus.OutOfGas;
        }
        if (!found)
        {
            return HostStatus.NotFound;
        }
        (key, value) = (_next[TreeKeys.Data.Length..], _nextValue);
        return HostStatus.Ok;
    }

    public HostStatus Emit(string topic, ReadOnlySpan<byte> payload, ref GasMeter gas)
    {
        if (!IsName(topic) || payload.Length > _vm.PayloadBytesMax || !HasRoom(1, payload.Length))
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Emit(payload.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Pending.Events.Add(new Effect.Emit(topic, payload.ToArray()));
        Pending.Bytes += payload.Length;
        Record(EffectTag.Topic, Encoding.ASCII.GetBytes(topic));
        Record(EffectTag.Emit, payload);
        return HostStatus.Ok;
    }

    public HostStatus Print(ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        HostStatus status = TakeOutput(EffectTag.Print, text, ref gas);
        if (status == HostStatus.Ok)
        {
            Output.Add(new Effect.Print(text.ToArray()));
        }
        return status;
    }

    public HostStatus Log(ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        HostStatus status = TakeOutput(EffectTag.Log, text, ref gas);
        if (status == HostStatus.Ok)
        {
            Output.Add(new Effect.Log(text.ToArray()));
        }
        return status;
    }

    public HostStatus Random(ref GasMeter gas, out ulong value)
    {
        value = 0;
        if (!gas.TryCharge(GasSchedule.Random))
        {
            return HostStatus.OutOfGas;
        }
        Span<byte> seed = stackalloc byte[KernelId.CharsMax + (3 * sizeof(ulong))];
        int idBytes = Encoding.ASCII.GetBytes(id.Value, seed);
        BinaryPrimitives.WriteUInt64BigEndian(seed[idBytes..], Generation);
        BinaryPrimitives.WriteUInt64BigEndian(seed[(idBytes + 8)..], Run.TurnInput);
        BinaryPrimitives.WriteUInt64BigEndian(seed[(idBytes + 16)..], Run.RandomDrawn++);
        Span<byte> hash = stackalloc byte[Hash.Bytes];
        Sha256.Hash(seed[..(idBytes + 24)], hash);
        value = BinaryPrimitives.ReadUInt64BigEndian(hash);
        return HostStatus.Ok;
    }

    public HostStatus Time(ref GasMeter gas, out long unixMilliseconds)
    {
        unixMilliseconds = Run.TurnTime;
        return gas.TryCharge(GasSchedule.Time) ? HostStatus.Ok : HostStatus.OutOfGas;
    }

    private HostStatus TakeOutput(EffectTag tag, ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        if (text.Length > _vm.PayloadBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Print(text.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Record(tag, text);
        return HostStatus.Ok;
    }

    private void Record(EffectTag tag, ReadOnlySpan<byte> content) =>
        Run.Effects = EffectsDigest.Add(Run.Effects, tag, content);

    /// <summary>True when the turn may have so many more effects with so many bytes.</summary>
    private bool HasRoom(int effects, long payloadBytes) =>
        Pending.Count + effects <= limits.EffectsPerTurnMax
        && Pending.Bytes + payloadBytes <= limits.EffectBytesPerTurnMax;

    private bool IsKey(ReadOnlySpan<byte> key) => key.Length > 0 && key.Length <= _vm.KeyBytesMax;

    private bool IsName(string name) => VmName.IsValid(name, _vm);
}
