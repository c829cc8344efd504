namespace Granary.Vms.Wasm;

/// <summary>Floats to integers, for both tiers.</summary>
/// <remarks>
/// Casts in .NET saturate and turn NaN into zero, on every machine: that is the saturating conversion.
/// </remarks>
internal static class WasmConversions
{
    public static int SaturateInt(double value) => (int)value;

    public static uint SaturateUInt(double value) => (uint)value;

    public static long SaturateLong(double value) => (long)value;

    public static ulong SaturateULong(double value) => (ulong)value;

    public static WasmTrap CheckInt(double value) => Check(value, value > -2147483649.0 && value < 2147483648.0);

    public static WasmTrap CheckUInt(double value) => Check(value, value > -1 && value < 4294967296.0);

    public static WasmTrap CheckLong(double value) =>
        Check(value, value >= -9223372036854775808.0 && value < 9223372036854775808.0);

    public static WasmTrap CheckULong(double value) => Check(value, value > -1 && value < 18446744073709551616.0);

    private static WasmTrap Check(double value, bool inRange) =>
        inRange ? WasmTrap.None : double.IsNaN(value) ? WasmTrap.InvalidConversion : WasmTrap.IntegerOverflow;
}
