using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>One call of an imported function: its arguments, the memory that they point into, and the host.</summary>
/// <remarks>There is one for each machine, used again for every call.</remarks>
internal sealed unsafe class WasmHostCall(WasmState state, WasmSession session, VmLimits limits)
{
    private int _slot;
    private WasiFiles? _files;

    /// <summary>The gas of the run; settled when a call begins.</summary>
    public GasMeter Gas;

    public IVmHost Host { get; set; } = null!;

    public WasmState State { get; } = state;

    public WasmSession Session { get; } = session;

    public VmLimits Limits { get; } = limits;

    /// <summary>The files of WASI.</summary>
    public WasiFiles Files => _files ??= new WasiFiles(this);

    /// <summary>The program ended the message and wants its changes undone.</summary>
    public bool Reverted { get; set; }

    public void Begin(int slot) => _slot = slot;

    public uint UInt32(int argument) => (uint)State.Slots[_slot + argument];

    public long Int64(int argument) => (long)State.Slots[_slot + argument];

    public WasmCallResult Return(int value) => Return((ulong)(uint)value);

    public WasmCallResult Return(long value) => Return((ulong)value);

    private WasmCallResult Return(ulong bits)
    {
        State.Slots[_slot] = bits;
        return WasmCallResult.Done;
    }

    public WasmCallResult Trap(WasmTrap trap)
    {
        State.Trap = trap;
        return WasmCallResult.Trapped;
    }

    /// <summary>A status of the host as a result, or the trap that it stands for.</summary>
    public WasmCallResult Tell(HostStatus status) => status switch
    {
        HostStatus.OutOfGas => Trap(WasmTrap.OutOfGas),
        HostStatus.LimitExceeded => Trap(WasmTrap.LimitExceeded),
        _ => Return((int)status),
    };

    public WasmCallResult Suspend(WasmWait wait, long argument)
    {
        Session.Wait = wait;
        Session.WaitArgument = argument;
        return WasmCallResult.Suspended;
    }

    /// <summary>Pays for the call itself and the bytes that it copies.</summary>
    public bool TryPay(long bytes, out WasmCallResult refused)
    {
        if (Gas.TryCharge(WasmGas.HostCall + WasmGas.HostCopy(bytes)))
        {
            refused = WasmCallResult.Done;
            return true;
        }
        refused = Trap(WasmTrap.OutOfGas);
        return false;
    }

    /// <summary>The bytes that a pointer and a length name, paid for. The length is bounded by what the host takes.
    /// </summary>
    public bool TryRead(int pointer, int length, out ReadOnlySpan<byte> bytes, out WasmCallResult refused)
    {
        bytes = default;
        uint start = UInt32(pointer);
        uint count = UInt32(length);
        if (!State.Memory.Contains(start, count))
        {
            refused = Trap(WasmTrap.OutOfBoundsMemory);
            return false;
        }
        if (count > int.MaxValue)
        {
            refused = Trap(WasmTrap.LimitExceeded);
            return false;
        }
        if (!TryPay(count, out refused))
        {
            return false;
        }
        bytes = State.Memory.Slice(start, (int)count);
        return true;
    }

    /// <summary>A name: a port, an entry point or a topic. Null in <paramref name="name"/> when it is none.</summary>
    public bool TryReadName(int pointer, int length, bool mayBeEmpty, [NotNullWhen(true)] out string? name,
        out WasmCallResult refused)
    {
        name = null;
        if (!TryRead(pointer, length, out ReadOnlySpan<byte> bytes, out refused))
        {
            return false;
        }
        if (bytes.Length > Limits.NameBytesMax)
        {
            refused = Trap(WasmTrap.LimitExceeded);
            return false;
        }
        string text = Encoding.Latin1.GetString(bytes);
        if (!(mayBeEmpty && text.Length == 0) && !VmName.IsValid(text, Limits))
        {
            refused = Trap(WasmTrap.BadHostCall);
            return false;
        }
        name = text;
        return true;
    }

    /// <summary>
    /// Copies as much as fits into the room that a pointer and a length name, and returns the whole length.
    /// </summary>
    public WasmCallResult Give(ReadOnlySpan<byte> bytes, int pointer, int length)
    {
        if (!TryWrite(bytes, pointer, length, out WasmCallResult refused))
        {
            return refused;
        }
        return Return(bytes.Length);
    }

    public bool TryWrite(ReadOnlySpan<byte> bytes, int pointer, int length, out WasmCallResult refused)
    {
        uint start = UInt32(pointer);
        int count = (int)Math.Min(UInt32(length), (uint)bytes.Length);
        if (!State.Memory.Contains(start, UInt32(length)))
        {
            refused = Trap(WasmTrap.OutOfBoundsMemory);
            return false;
        }
        if (!TryPay(count, out refused))
        {
            return false;
        }
        if (count > 0)
        {
            bytes[..count].CopyTo(State.Memory.Slice(start, count));
            State.Memory.Touch(start, (ulong)count);
        }
        return true;
    }

    /// <summary>Fills a buffer from an address, paid for.</summary>
    public bool TryReadAt(uint start, Span<byte> bytes, out WasmCallResult refused)
    {
        if (!State.Memory.Contains(start, (ulong)bytes.Length))
        {
            refused = Trap(WasmTrap.OutOfBoundsMemory);
            return false;
        }
        if (!TryPay(bytes.Length, out refused))
        {
            return false;
        }
        State.Memory.Slice(start, bytes.Length).CopyTo(bytes);
        return true;
    }

    /// <summary>Writes all of it to an address, paid for.</summary>
    public bool TryWriteAt(uint start, ReadOnlySpan<byte> bytes, out WasmCallResult refused)
    {
        if (!State.Memory.Contains(start, (ulong)bytes.Length))
        {
            refused = Trap(WasmTrap.OutOfBoundsMemory);
            return false;
        }
        if (!TryPay(bytes.Length, out refused))
        {
            return false;
        }
        if (!bytes.IsEmpty)
        {
            bytes.CopyTo(State.Memory.Slice(start, bytes.Length));
            State.Memory.Touch(start, (ulong)bytes.Length);
        }
        return true;
    }
}
