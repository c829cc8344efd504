using System.Collections.Frozen;

namespace Granary.Vms.RiscV;

/// <summary>The system calls of CKB that make sense for a kernel; numbers and answers are CKB's.</summary>
internal static partial class RiscVCkbCalls
{
    private const ulong Success = 0;
    private const ulong IndexOutOfBound = 1;
    private const ulong SliceOutOfBound = 3;
    private const ulong WaitFailure = 5;
    private const ulong InvalidFd = 6;
    private const ulong OtherEndClosed = 7;
    private const ulong MaxVmsSpawned = 8;
    private const ulong MaxFdsCreated = 9;

    private static readonly RiscVCallInfo[] _calls =
    [
        new(93, "exit", 0, DoExit),
        new(2177, "debug", 0, Debug),
        new(2052, "load_script", 0, LoadScript),
        new(2062, "load_script_hash", 0, LoadScriptHash),
        new(2074, "load_witness", 0, LoadWitness),
        new(2092, "load_cell_data", 0, LoadCellData),
        new(2041, "vm_version", 1, VmVersion),
        new(2042, "current_cycles", 1, CurrentCycles),
        new(2043, "exec", 2, Exec),
        new(2601, "spawn", 2, Spawn),
        new(2602, "wait", 2, Wait),
        new(2603, "process_id", 2, ProcessId),
        new(2604, "pipe", 2, Pipe),
        new(2605, "write", 2, Write),
        new(2606, "read", 2, Read),
        new(2607, "inherited_fds", 2, InheritedFds),
        new(2608, "close", 2, Close),
    ];

    private static readonly FrozenDictionary<ulong, RiscVCallInfo> _byNumber =
        _calls.ToFrozenDictionary(c => c.Number);

    public static RiscVOutcome Call(ref RiscVCall call)
    {
        ulong number = call.Hart.X[RiscVHart.A7];
        return _byNumber.TryGetValue(number, out RiscVCallInfo? info)
            && call.Hart.Profile.Version >= info.VersionMin
                ? info.Handler(ref call)
                : call.Fail(RiscVFault.InvalidEcall, number);
    }

    private static RiscVOutcome DoExit(ref RiscVCall call) => RiscVOutcome.Exit;

    /// <summary>Prints the zero-terminated string at a0 as a line; leaves the registers alone.</summary>
    private static RiscVOutcome Debug(ref RiscVCall call)
    {
        ulong address = call.Argument(0);
        if (!TryFindString(call.Memory, address, out ReadOnlySpan<byte> text))
        {
            return call.Fail(RiscVFault.MemOutOfBound, (ulong)call.Memory.Bytes.Length);
        }
        if (!call.TryCharge(RiscVGas.Bytes(text.Length)))
        {
            return RiscVOutcome.OutOfGas;
        }
        byte[] line = new byte[text.Length + 1];
        text.CopyTo(line);
        line[^1] = (byte)'\n';
        return call.Host.Print(line, ref call.Gas) switch
        {
            HostStatus.Ok => RiscVOutcome.Done,
            HostStatus.OutOfGas => RiscVOutcome.OutOfGas,
            _ => RiscVOutcome.LimitExceeded,
        };
    }

    private static RiscVOutcome VmVersion(ref RiscVCall call) => call.Return((ulong)call.Hart.Profile.Version);

    private static RiscVOutcome CurrentCycles(ref RiscVCall call) => call.Return(call.State.Cycles);

    private static RiscVOutcome ProcessId(ref RiscVCall call) => call.Return(call.Process.Id);

    /// <summary>The bytes from an address up to the next zero.</summary>
    private static bool TryFindString(RiscVMemory memory, ulong address, out ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = address < (ulong)memory.Bytes.Length
            ? memory.Bytes.AsSpan((int)address)
            : default;
        int length = rest.IndexOf((byte)0);
        text = length < 0 ? default : rest[..length];
        return length >= 0;
    }
}
