using System.Buffers.Binary;
using System.Globalization;

namespace Granary.Vms.Wasm;

/// <summary>Reads a module section by section; function bodies are left to <see cref="WasmValidator"/>.</summary>
internal static partial class WasmDecoder
{
    private const uint Magic = 0x6d736100;
    private const uint Version = 1;
    private const int HeaderBytes = 8;

    /// <summary>More locals than any compiler makes; each costs a slot in every frame.</summary>
    private const int LocalsMax = 50_000;

    /// <summary>Parameters or results of one type.</summary>
    private const int TypeArityMax = 1_000;

    /// <summary>
    /// Sections by number, in the order that they must have: the count of data comes before the code.
    /// </summary>
    private static ReadOnlySpan<byte> SectionOrder => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10];

    private enum Section : byte
    {
        Custom = 0,
        Type = 1,
        Import = 2,
        Function = 3,
        Table = 4,
        Memory = 5,
        Global = 6,
        Export = 7,
        Start = 8,
        Element = 9,
        Code = 10,
        Data = 11,
        DataCount = 12,
    }

    /// <summary>What is known only while the module is read.</summary>
    private sealed class Progress
    {
        public List<WasmFuncType> Declared { get; } = [];

        public int? DataCount { get; set; }
    }

    public static WasmModule Decode(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        if (code.Length > limits.CodeBytesMax)
        {
            throw new InvalidCodeException(string.Create(NumberFormatInfo.InvariantInfo,
                $"{code.Length} bytes of code are over the limit of {limits.CodeBytesMax}"), "");
        }
        ReadOnlySpan<byte> bytes = code.Span;
        CheckHeader(bytes);
        WasmModule module = new(code);
        Progress progress = new();
        WasmReader reader = new(bytes, HeaderBytes, bytes.Length);
        int last = 0;
        while (!reader.AtEnd)
        {
            int at = reader.Position;
            byte id = reader.ReadByte();
            if (id >= SectionOrder.Length)
            {
                throw WasmReader.Malformed("malformed section id", at);
            }
            uint size = reader.ReadUInt32();
            if (size > (uint)reader.Left)
            {
                throw WasmReader.Malformed("length out of bounds", at);
            }
            WasmReader section = new(bytes, reader.Position, reader.Position + (int)size);
            if (id != (byte)Section.Custom)
            {
                if (SectionOrder[id] <= last)
                {
                    throw WasmReader.Malformed("unexpected content after last section", at);
                }
                last = SectionOrder[id];
            }
            ReadSection((Section)id, ref section, module, progress);
            if (!section.AtEnd)
            {
                throw WasmReader.Malformed("section size mismatch", section.Position);
            }
            reader.Skip((int)size);
        }
        CheckWhole(module, progress, bytes.Length);
        return module;
    }

    private static void CheckHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(uint))
        {
            throw WasmReader.Malformed("unexpected end", bytes.Length);
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw WasmReader.Malformed("magic header not detected", 0);
        }
        if (bytes.Length < HeaderBytes)
        {
            throw WasmReader.Malformed("unexpected end", bytes.Length);
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(uint)..]) != Version)
        {
            throw WasmReader.Malformed("unknown binary version", sizeof(uint));
        }
    }

    private static void CheckWhole(WasmModule module, Progress progress, int end)
    {
        if (progress.Declared.Count != module.Functions.Count)
        {
            throw WasmReader.Malformed("function and code section have inconsistent lengths", end);
        }
        if (progress.DataCount is { } count && count != module.Data.Count)
        {
            throw WasmReader.Malformed("data count and data section have inconsistent lengths", end);
        }
    }

    private static void ReadSection(Section id, ref WasmReader reader, WasmModule module, Progress progress)
    {
        switch (id)
        {
            case Section.Custom:
                WasmNames.ReadCustom(ref reader, module);
                break;
            case Section.Type:
                ReadTypes(ref reader, module);
                break;
            case Section.Import:
                ReadImports(ref reader, module);
                break;
            case Section.Function:
                ReadFunctions(ref reader, module, progress);
                break;
            case Section.Table:
                for (int n = reader.ReadCount(); n > 0; n--)
                {
                    module.Tables.Add(ReadTableType(ref reader));
                }
                break;
            case Section.Memory:
                for (int n = reader.ReadCount(); n > 0; n--)
                {
                    AddMemory(ref reader, module);
                }
                break;
            case Section.Global:
                ReadGlobals(ref reader, module);
                break;
            case Section.Export:
                ReadExports(ref reader, module);
                break;
            case Section.Start:
                ReadStart(ref reader, module);
                break;
            case Section.Element:
                ReadElements(ref reader, module);
                break;
            case Section.Code:
                ReadCode(ref reader, module, progress);
                break;
            case Section.Data:
                ReadData(ref reader, module);
                break;
            case Section.DataCount:
                progress.DataCount = (int)Math.Min(reader.ReadUInt32(), int.MaxValue);
                module.HasDataCount = true;
                module.DataCount = progress.DataCount.Value;
                break;
        }
    }

    private static void ReadTypes(ref WasmReader reader, WasmModule module)
    {
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            int at = reader.Position;
            if (reader.ReadByte() != 0x60)
            {
                throw WasmReader.Malformed("integer representation too long", at);
            }
            module.Types.Add(new WasmFuncType(ReadValueTypes(ref reader), ReadValueTypes(ref reader)));
        }
    }

    private static WasmType[] ReadValueTypes(ref WasmReader reader)
    {
        int at = reader.Position;
        int count = reader.ReadCount();
        if (count > TypeArityMax)
        {
            throw WasmReader.Invalid($"more than {TypeArityMax} parameters or results", at);
        }
        WasmType[] types = new WasmType[count];
        foreach (ref WasmType type in types.AsSpan())
        {
            type = ReadValueType(ref reader);
        }
        return types;
    }

    public static WasmType ReadValueType(ref WasmReader reader)
    {
        int at = reader.Position;
        WasmType type = (WasmType)reader.ReadByte();
        return type switch
        {
            WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64 or WasmType.FuncRef or WasmType.ExternRef =>
                type,
            (WasmType)0x7b => throw Simd("type v128", at),
            _ => throw WasmReader.Malformed("malformed value type", at),
        };
    }

    public static InvalidCodeException Simd(string what, int at) =>
        WasmReader.Malformed($"{what}: SIMD is not supported by this engine", at);

    private static WasmType ReadReferenceType(ref WasmReader reader)
    {
        int at = reader.Position;
        WasmType type = (WasmType)reader.ReadByte();
        return WasmTypeNames.IsReference(type) ? type : throw WasmReader.Malformed("malformed reference type", at);
    }

    private static WasmBounds ReadBounds(ref WasmReader reader, ulong most, string overText)
    {
        int at = reader.Position;
        byte flags = reader.ReadByte();
        if (flags > 1)
        {
            throw flags >= 0x80
                ? WasmReader.Malformed("integer representation too long", at)
                : WasmReader.Malformed("integer too large", at);
        }
        uint min = reader.ReadUInt32();
        uint? max = flags == 1 ? reader.ReadUInt32() : null;
        if (min > most || max > most)
        {
            throw WasmReader.Invalid(overText, at);
        }
        return max >= min || max is null
            ? new WasmBounds(min, max)
            : throw WasmReader.Invalid("size minimum must not be greater than maximum", at);
    }

    private static WasmTableType ReadTableType(ref WasmReader reader) =>
        new(ReadReferenceType(ref reader), ReadBounds(ref reader, uint.MaxValue, "table size"));

    private static void AddMemory(ref WasmReader reader, WasmModule module)
    {
        int at = reader.Position;
        module.Memories.Add(ReadBounds(ref reader, 65_536, "memory size must be at most 65536 pages (4GiB)"));
        if (module.Memories.Count > 1)
        {
            throw WasmReader.Invalid("multiple memories", at);
        }
    }

    private static WasmGlobalType ReadGlobalType(ref WasmReader reader)
    {
        WasmType type = ReadValueType(ref reader);
        int at = reader.Position;
        byte mutable = reader.ReadByte();
        return mutable <= 1
            ? new WasmGlobalType(type, mutable == 1)
            : throw WasmReader.Malformed("malformed mutability", at);
    }

    private static WasmFuncType TypeAt(WasmModule module, uint index, int at) => index < (uint)module.Types.Count
        ? module.Types[(int)index]
        : throw WasmReader.Invalid("unknown type", at);

    private static void ReadImports(ref WasmReader reader, WasmModule module)
    {
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            string from = reader.ReadName();
            string name = reader.ReadName();
            int at = reader.Position;
            byte kind = reader.ReadByte();
            WasmImport import = new(from, name, (WasmKind)kind);
            switch ((WasmKind)kind)
            {
                case WasmKind.Func:
                    import = import with { Func = TypeAt(module, reader.ReadUInt32(), at) };
                    module.FuncTypes.Add(import.Func);
                    module.ImportedFuncs++;
                    break;
                case WasmKind.Table:
                    import = import with { Table = ReadTableType(ref reader) };
                    module.Tables.Add(import.Table);
                    module.ImportedTables++;
                    break;
                case WasmKind.Memory:
                    AddMemory(ref reader, module);
                    import = import with { Memory = module.Memories[^1] };
                    module.ImportedMemories++;
                    break;
                case WasmKind.Global:
                    import = import with { Global = ReadGlobalType(ref reader) };
                    module.GlobalTypes.Add(import.Global);
                    module.ImportedGlobals++;
                    break;
                default:
                    throw WasmReader.Malformed("malformed import kind", at);
            }
            module.Imports.Add(import);
        }
    }

    private static void ReadFunctions(ref WasmReader reader, WasmModule module, Progress progress)
    {
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            int at = reader.Position;
            WasmFuncType type = TypeAt(module, reader.ReadUInt32(), at);
            progress.Declared.Add(type);
            module.FuncTypes.Add(type);
        }
    }

    private static void ReadExports(ref WasmReader reader, WasmModule module)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            string name = reader.ReadName();
            int at = reader.Position;
            byte kind = reader.ReadByte();
            uint index = reader.ReadUInt32();
            (int count, string what) = (WasmKind)kind switch
            {
                WasmKind.Func => (module.FuncTypes.Count, "function"),
                WasmKind.Table => (module.Tables.Count, "table"),
                WasmKind.Memory => (module.Memories.Count, "memory"),
                WasmKind.Global => (module.GlobalTypes.Count, "global"),
                _ => throw WasmReader.Malformed("malformed export kind", at),
            };
            if (index >= (uint)count)
            {
                throw WasmReader.Invalid(Unknown(what, index), at);
            }
            if (!names.Add(name))
            {
                throw WasmReader.Invalid("duplicate export name", at);
            }
            if ((WasmKind)kind == WasmKind.Func)
            {
                module.DeclaredFuncs.Add((int)index);
            }
            module.Exports.Add(new WasmExport(name, (WasmKind)kind, (int)index));
        }
    }

    public static string Unknown(string what, uint index) =>
        string.Create(NumberFormatInfo.InvariantInfo, $"unknown {what} {index}");

    private static void ReadStart(ref WasmReader reader, WasmModule module)
    {
        int at = reader.Position;
        uint index = reader.ReadUInt32();
        if (index >= (uint)module.FuncTypes.Count)
        {
            throw WasmReader.Invalid(Unknown("function", index), at);
        }
        WasmFuncType type = module.FuncTypes[(int)index];
        if (type.Parameters.Length > 0 || type.Results.Length > 0)
        {
            throw WasmReader.Invalid("start function", at);
        }
        module.StartFunction = (int)index;
    }
}
