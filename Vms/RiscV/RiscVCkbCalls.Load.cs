using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Vms.RiscV;

/// <content>
/// What a transaction is to CKB, the message and the state tree are here: witness 0 is the payload; the data of cells
/// is stored under <c>input/N</c>, <c>output/N</c> and <c>dep/N</c>; the script is the program, with the sender as its
/// argument.
/// </content>
internal static partial class RiscVCkbCalls
{
    private const ulong GroupFlag = 0x0100_0000_0000_0000;
    private const ulong GroupMask = 0xff00_0000_0000_0000;

    private enum CellSource : byte
    {
        None,
        Input = 1,
        Output = 2,
        CellDep = 3,
        HeaderDep = 4,
    }

    private static RiscVOutcome LoadScript(ref RiscVCall call) => Store(ref call, MakeScript(ref call));

    private static RiscVOutcome LoadScriptHash(ref RiscVCall call) =>
        Store(ref call, SHA256.HashData(MakeScript(ref call)));

    private static RiscVOutcome LoadWitness(ref RiscVCall call)
    {
        if (!TryParseSource(call.Argument(4), out CellSource source, out _))
        {
            return call.Fail(RiscVFault.InvalidArgument, call.Argument(4));
        }
        bool found = source is CellSource.Input or CellSource.Output && call.Argument(3) == 0;
        return found ? Store(ref call, call.State.Message.Payload.Span) : call.Return(IndexOutOfBound);
    }

    private static RiscVOutcome LoadCellData(ref RiscVCall call)
    {
        if (!TryParseSource(call.Argument(4), out CellSource source, out bool group))
        {
            return call.Fail(RiscVFault.InvalidArgument, call.Argument(4));
        }
        RiscVOutcome outcome = GetCell(ref call, source, group, call.Argument(3), out ReadOnlyMemory<byte>? data);
        return outcome != RiscVOutcome.Done ? outcome
            : data is { } found ? Store(ref call, found.Span)
            : call.Return(IndexOutOfBound);
    }

    /// <summary>The script as CKB serialises it: sizes, then hash of the code, type of the hash, arguments.</summary>
    private static byte[] MakeScript(ref RiscVCall call)
    {
        const int header = 16;
        const int hashBytes = 32;
        byte[] argument = Encoding.UTF8.GetBytes(call.State.Message.Sender);
        byte[] script = new byte[header + hashBytes + 1 + sizeof(uint) + argument.Length];
        ReadOnlySpan<int> fields = [script.Length, header, header + hashBytes, header + hashBytes + 1];
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(script.AsSpan(i * sizeof(int)), fields[i]);
        }
        call.Program.CodeHash.Span.CopyTo(script.AsSpan(header));
        // "data", "data1", "data2": the code is named by its content, and run by that version.
        script[header + hashBytes] = (byte)(2 * call.Hart.Profile.Version);
        BinaryPrimitives.WriteInt32LittleEndian(script.AsSpan(header + hashBytes + 1), argument.Length);
        argument.CopyTo(script.AsSpan(header + hashBytes + 1 + sizeof(uint)));
        return script;
    }

    private static bool TryParseSource(ulong number, out CellSource source, out bool group)
    {
        ulong entry = number & ~GroupMask;
        group = (number & GroupMask) == GroupFlag;
        source = entry is >= (ulong)CellSource.Input and <= (ulong)CellSource.HeaderDep
            ? (CellSource)entry
            : CellSource.None;
        return source != CellSource.None;
    }

    /// <summary>The data of a cell; null when there is no such cell.</summary>
    private static RiscVOutcome GetCell(
        ref RiscVCall call, CellSource source, bool group, ulong index, out ReadOnlyMemory<byte>? data)
    {
        data = null;
        string? folder = (source, group) switch
        {
            (CellSource.Input, _) => "input",
            (CellSource.Output, _) => "output",
            (CellSource.CellDep, false) => "dep",
            _ => null,
        };
        if (folder is null)
        {
            return RiscVOutcome.Done;
        }
        byte[] key = Encoding.ASCII.GetBytes(
            string.Create(NumberFormatInfo.InvariantInfo, $"{folder}/{index}"));
        HostStatus status = call.Host.Get(key, ref call.Gas, out ReadOnlyMemory<byte> value);
        if (status == HostStatus.Ok)
        {
            data = value;
        }
        return status switch
        {
            HostStatus.OutOfGas => RiscVOutcome.OutOfGas,
            HostStatus.LimitExceeded => RiscVOutcome.LimitExceeded,
            _ => RiscVOutcome.Done,
        };
    }

    /// <summary>
    /// Copies data from the offset in a2 to the buffer in a0, as much as the length at a1 allows, and writes there how
    /// much there is.
    /// </summary>
    private static RiscVOutcome Store(ref RiscVCall call, ReadOnlySpan<byte> data)
    {
        ulong lengthAddress = call.Argument(1);
        if (!call.Memory.TryReadUInt64(lengthAddress, out ulong room))
        {
            return call.Fail(RiscVFault.MemOutOfBound, lengthAddress);
        }
        data = data[(int)Math.Min(call.Argument(2), (ulong)data.Length)..];
        int copied = (int)Math.Min(room, (ulong)data.Length);
        if (!call.TryCharge(RiscVGas.Bytes(copied)))
        {
            return RiscVOutcome.OutOfGas;
        }
        RiscVFault fault = call.Memory.TryWriteUInt64(lengthAddress, (ulong)data.Length);
        if (fault != RiscVFault.None)
        {
            return call.Fail(fault, lengthAddress);
        }
        fault = call.Memory.TryWrite(call.Argument(0), data[..copied]);
        return fault == RiscVFault.None ? call.Return(Success) : call.Fail(fault, call.Argument(0));
    }
}
