using System.Globalization;

namespace Granary.Vms.Wasm;

/// <summary>What a trace shows of a machine at a safe point.</summary>
/// <remarks>Machines stop nowhere else, so a step of a trace is what runs up to the next loop head or call.</remarks>
internal static class WasmTrace
{
    private const int ValuesMax = 64;

    /// <summary>The function on top, the loop head or call where it is, its locals and its operands.</summary>
    public static unsafe VmStep? Look(WasmState state, WasmSession session)
    {
        if (session.Phase != WasmPhase.Running || state.FrameCount == 0)
        {
            return null;
        }
        ref WasmFrame frame = ref state.Top;
        WasmFunction function = frame.Code.Function;
        WasmPoint? point = frame.Point < 0 ? null : frame.Code.Points[frame.Point];
        NumberFormatInfo invariant = NumberFormatInfo.InvariantInfo;
        string index = function.Index.ToString(invariant);
        List<KeyValuePair<string, string>> values =
            [new("function", state.Module.FuncNames.TryGetValue(function.Index, out string? name)
                ? $"{index} {WasmDisassembler.Printable(name)}"
                : index)];
        ulong* slots = state.Slots + frame.Base;
        for (int i = 0; i < Math.Min(function.Locals.Length, ValuesMax); i++)
        {
            values.Add(new(string.Create(invariant, $"local {i}"), Show(slots[i], function.Locals[i])));
        }
        int results = point is { IsLoop: false } ? point.CalleeType!.Results.Length : 0;
        int operands = (point?.Height ?? 0) + results;
        for (int i = Math.Max(0, operands - ValuesMax); i < operands; i++)
        {
            values.Add(new(string.Create(invariant, $"operand {i}"), $"0x{slots[frame.Code.FirstOperand + i]:x}"));
        }
        string instruction = point switch
        {
            null => $"func {index}",
            { IsLoop: true } => WasmDisassembler.ShowAt(state.Module, function, point.Offset),
            _ => $"after {WasmDisassembler.ShowAt(state.Module, function, point.Offset)}",
        };
        return new VmStep(state.FrameCount, point?.Offset ?? function.Start, instruction, values);
    }

    private static string Show(ulong bits, WasmType type) => type switch
    {
        WasmType.I32 => ((int)bits).ToString(NumberFormatInfo.InvariantInfo),
        WasmType.I64 => ((long)bits).ToString(NumberFormatInfo.InvariantInfo),
        WasmType.F32 => BitConverter.UInt32BitsToSingle((uint)bits).ToString("R", NumberFormatInfo.InvariantInfo),
        WasmType.F64 => BitConverter.UInt64BitsToDouble(bits).ToString("R", NumberFormatInfo.InvariantInfo),
        _ => $"0x{bits:x}",
    };
}
