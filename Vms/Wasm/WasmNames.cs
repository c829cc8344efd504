namespace Granary.Vms.Wasm;

/// <summary>
/// Custom sections: only the names of functions are read, for traps and listings. A broken one is no fault of the
/// module.
/// </summary>
internal static class WasmNames
{
    private const byte FunctionNames = 1;
    private const int NameCharsMax = 128;

    public static void ReadCustom(ref WasmReader reader, WasmModule module)
    {
        string section = reader.ReadName();
        int start = reader.Position;
        int left = reader.Left;
        reader.Skip(left);
        if (section == "name")
        {
            WasmReader names = new(module.Code.Span, start, start + left);
            try
            {
                ReadNames(ref names, module);
            }
            catch (InvalidCodeException)
            {
                // The specification wants errors in custom sections to be ignored; the names are then missing.
                module.FuncNames.Clear();
            }
        }
    }

    private static void ReadNames(ref WasmReader reader, WasmModule module)
    {
        while (!reader.AtEnd)
        {
            byte kind = reader.ReadByte();
            int size = reader.ReadCount();
            if (kind != FunctionNames)
            {
                reader.Skip(size);
                continue;
            }
            for (int n = reader.ReadCount(); n > 0; n--)
            {
                uint index = reader.ReadUInt32();
                string name = reader.ReadName();
                if (index < (uint)module.FuncTypes.Count)
                {
                    module.FuncNames.TryAdd((int)index, Clean(name));
                }
            }
        }
    }

    /// <summary>Short and printable: names end up in traps and logs.</summary>
    private static string Clean(string name)
    {
        Span<char> clean = stackalloc char[Math.Min(name.Length, NameCharsMax)];
        for (int i = 0; i < clean.Length; i++)
        {
            clean[i] = name[i] is > ' ' and <= '~' ? name[i] : '?';
        }
        return new string(clean);
    }
}
