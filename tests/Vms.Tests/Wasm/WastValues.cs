using System.Globalization;
using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>Values of scripts as slots.</summary>
internal static class WastValues
{
    public static ulong Parse(WastValue value) => value.Value is null or "null"
        ? WasmReference.Null
        : ulong.Parse(value.Value, CultureInfo.InvariantCulture);

    /// <summary>Null when the results are those expected.</summary>
    public static string? Compare(WastValue[] expected, ulong[] results)
    {
        if (expected.Length != results.Length)
        {
            return $"{expected.Length} results wanted, {results.Length} found";
        }
        for (int i = 0; i < results.Length; i++)
        {
            if (!Matches(expected[i], results[i]))
            {
                return $"{expected[i].Type} {expected[i].Value} wanted, {results[i]} (0x{results[i]:x}) found";
            }
        }
        return null;
    }

    // The deterministic profile: where the suite allows any NaN, there is one.
    private static bool Matches(WastValue expected, ulong found) => (expected.Value, expected.Type) switch
    {
        ("nan:canonical" or "nan:arithmetic", "f32") => found == 0x7fc00000,
        ("nan:canonical" or "nan:arithmetic", _) => found == 0x7ff8000000000000,
        (null, _) => found != WasmReference.Null,
        _ => Parse(expected) == found,
    };
}
