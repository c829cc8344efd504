using System.Globalization;

namespace Granary.Vms;

/// <summary>Names of addresses in code, for people who read traces.</summary>
public sealed class VmSymbols
{
    private readonly List<(long Address, string Name)> _byAddress;

    public VmSymbols(IEnumerable<(long Address, string Name)> symbols) =>
        _byAddress = [.. symbols.Distinct().OrderBy(s => s.Address).ThenBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>No names at all.</summary>
    public static VmSymbols None { get; } = new([]);

    public int Count => _byAddress.Count;

    /// <summary>For example <c>main+1c</c>; empty when no name lies at or below the address.</summary>
    public string Describe(long address)
    {
        int at = _byAddress.FindLastIndex(s => s.Address <= address);
        if (at < 0)
        {
            return "";
        }
        (long start, string name) = _byAddress[at];
        return address == start
            ? name
            : string.Create(NumberFormatInfo.InvariantInfo, $"{name}+{address - start:x}");
    }

    /// <summary>The address of a name, or null.</summary>
    public long? Find(string name)
    {
        int at = _byAddress.FindIndex(s => s.Name == name);
        return at < 0 ? null : _byAddress[at].Address;
    }
}
