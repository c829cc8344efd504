using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>
/// Lists a module: what it takes and gives, and its functions, one instruction a line with its offset.
/// </summary>
internal static class WasmDisassembler
{
    private static readonly VmLimits _anySize = VmLimits.Default with { CodeBytesMax = int.MaxValue };

    public static string Disassemble(ReadOnlyMemory<byte> code)
    {
        StringBuilder text = new();
        try
        {
            WasmModule module = WasmDecoder.Decode(code, _anySize);
            AppendOutline(text, module);
            foreach (WasmFunction function in module.Functions)
            {
                AppendFunction(text, module, function);
            }
        }
        catch (InvalidCodeException e)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"; {e.Message}\n");
        }
        return text.ToString();
    }

    private static void AppendOutline(StringBuilder text, WasmModule module)
    {
        foreach (WasmImport import in module.Imports)
        {
            string type = import.Func?.ToString() ?? "";
            text.Append(NumberFormatInfo.InvariantInfo,
                $"import {import.Kind} {import.Module}.{import.Name} {type}\n");
        }
        foreach (WasmTableType table in module.Tables)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"table {WasmTypeNames.Of(table.Element)} {Bounds(table.Bounds)}\n");
        }
        foreach (WasmBounds memory in module.Memories)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"memory {Bounds(memory)}\n");
        }
        foreach (WasmGlobal global in module.Globals)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"global {(global.Type.Mutable ? "mut " : "")}{WasmTypeNames.Of(global.Type.Type)}\n");
        }
        foreach (WasmExport export in module.Exports)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"export {export.Kind} {export.Index} {Printable(export.Name)}\n");
        }
        if (module.StartFunction is { } start)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"start {start}\n");
        }
    }

    private static string Bounds(WasmBounds bounds)
    {
        string max = bounds.Max?.ToString(NumberFormatInfo.InvariantInfo) ?? "any";
        return string.Create(NumberFormatInfo.InvariantInfo, $"{bounds.Min} to {max}");
    }

    public static string Printable(string name) =>
        new([.. name.Select(c => c is >= ' ' and <= '~' ? c : '?')]);

    private static void AppendFunction(StringBuilder text, WasmModule module, WasmFunction function)
    {
        string name = module.FuncNames.TryGetValue(function.Index, out string? known) ? $" {known}" : "";
        text.Append(NumberFormatInfo.InvariantInfo, $"func {function.Index}{name} {function.Type}\n");
        WasmReader reader = new(module.Code.Span, function.Start, function.End);
        int depth = 1;
        while (!reader.AtEnd)
        {
            int at = reader.Position;
            WasmInstruction next;
            try
            {
                next = WasmInstruction.Read(ref reader, module);
            }
            catch (InvalidCodeException e)
            {
                text.Append(NumberFormatInfo.InvariantInfo, $"{at:x6}  ; {e.Message}\n");
                return;
            }
            depth -= next.Op is WasmOp.End or WasmOp.Else ? 1 : 0;
            text.Append(NumberFormatInfo.InvariantInfo, $"{at:x6}  ");
            text.Append(' ', 2 * Math.Clamp(depth, 0, 30));
            text.Append(WasmOpcodes.Info(next.Op).Name);
            AppendImmediates(text, next, ref reader);
            text.Append('\n');
            depth += next.Op is WasmOp.Block or WasmOp.Loop or WasmOp.If or WasmOp.Else ? 1 : 0;
        }
    }

    /// <summary>The instruction at an offset of a valid body.</summary>
    public static string ShowAt(WasmModule module, WasmFunction function, int offset)
    {
        WasmReader reader = new(module.Code.Span, offset, function.End);
        WasmInstruction next = WasmInstruction.Read(ref reader, module);
        StringBuilder text = new(WasmOpcodes.Info(next.Op).Name);
        AppendImmediates(text, next, ref reader);
        return text.ToString();
    }

    private static void AppendImmediates(StringBuilder text, in WasmInstruction next, ref WasmReader reader)
    {
        NumberFormatInfo invariant = NumberFormatInfo.InvariantInfo;
        switch (WasmOpcodes.Info(next.Op).Immediate)
        {
            case WasmImmediate.None or WasmImmediate.Memory or WasmImmediate.MemoryMemory or WasmImmediate.SelectT:
                break;
            case WasmImmediate.Block:
                text.Append(invariant, $" {next.BlockType}");
                break;
            case WasmImmediate.BrTable:
                for (ulong i = 0; i <= next.A && !reader.AtEnd; i++)
                {
                    text.Append(invariant, $" {reader.ReadUInt32()}");
                }
                break;
            case WasmImmediate.I32:
                text.Append(invariant, $" {(int)next.A}");
                break;
            case WasmImmediate.I64:
                text.Append(invariant, $" {(long)next.A}");
                break;
            case WasmImmediate.F32:
                text.Append(invariant, $" {BitConverter.UInt32BitsToSingle((uint)next.A):R}");
                break;
            case WasmImmediate.F64:
                text.Append(invariant, $" {BitConverter.UInt64BitsToDouble(next.A):R}");
                break;
            case WasmImmediate.MemArg:
                text.Append(invariant, $" offset={next.A}");
                break;
            case WasmImmediate.RefType:
                text.Append(' ').Append(WasmTypeNames.Of((WasmType)next.A));
                break;
            case WasmImmediate.CallIndirect or WasmImmediate.ElemTable or WasmImmediate.TableTable
                or WasmImmediate.DataMemory:
                text.Append(invariant, $" {next.A} {next.B}");
                break;
            default:
                text.Append(invariant, $" {next.A}");
                break;
        }
    }
}
