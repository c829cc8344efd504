using System.Globalization;

namespace Granary.Vms.Mcs51;

/// <summary>
/// Reads the symbol files of SDCC: the linker's map (<c>.map</c>), the debug file (<c>.cdb</c>), and NoICE
/// (<c>.noi</c>). Only names of code are taken; C names lose their underscore.
/// </summary>
internal static class Mcs51Symbols
{
    /// <exception cref="SourceException">There is not one name of code in it.</exception>
    public static VmSymbols Read(string text)
    {
        List<(long, string)> symbols = [];
        foreach (ReadOnlySpan<char> whole in text.AsSpan().EnumerateLines())
        {
            string[] words = whole.ToString().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["C:", var mapAddress, var mapName, ..])
            {
                Add(symbols, mapAddress, mapName);
            }
            else if (words is ["DEF", var noiName, ['0', 'x' or 'X', .. var noiAddress]])
            {
                Add(symbols, noiAddress, noiName);
            }
            else if (words is [var record] && record.StartsWith("L:", StringComparison.Ordinal))
            {
                AddDebugRecord(symbols, record);
            }
        }
        return symbols.Count > 0
            ? new VmSymbols(symbols)
            : throw new SourceException("No symbol of code is in it: use the .map, .cdb or .noi file of SDCC.", 1, 1);
    }

    // L:G$main$0$0:47E is a function, L:C$echo.c$33$1_0$5:8A a line of C; X begins the end of a function.
    private static void AddDebugRecord(List<(long, string)> symbols, string record)
    {
        string[] parts = record.Split(':');
        if (parts.Length != 3 || parts[1].Length < 2)
        {
            return;
        }
        string[] names = parts[1].Split('$');
        if (names[0] == "C" && names.Length > 2)
        {
            Add(symbols, parts[2], $"{names[1]}:{names[2]}");
        }
        else if (names[0] is "G" || names[0].StartsWith('F'))
        {
            Add(symbols, parts[2], names.Length > 1 ? names[1] : "");
        }
    }

    private static void Add(List<(long, string)> symbols, string address, string name)
    {
        bool isAddress = long.TryParse(
            address, NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out long value);
        // The linker's own marks (segment starts and sizes) are no places to be.
        bool isMark = name.Length == 0 || name.StartsWith("s_", StringComparison.Ordinal)
            || name.StartsWith("l_", StringComparison.Ordinal) || name.StartsWith('.');
        if (isAddress && value is >= 0 and < Mcs51Decoder.CodeBytesMax && !isMark)
        {
            bool isC = name.Length > 1 && name[0] == '_' && name[1] != '_';
            symbols.Add((value, isC ? name[1..] : name));
        }
    }
}
