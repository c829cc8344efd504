using System.Runtime.InteropServices;

namespace Granary.Vms.Mcs51;

/// <summary>A decoded instruction: eight bytes, so that one load of a cache line brings eight.</summary>
/// <param name="Op">What to do.</param>
/// <param name="Cost">Cycles or steps.</param>
/// <param name="A">A register number, a place in chip memory, or a bit's byte.</param>
/// <param name="B">An immediate value, a second place, or a bit's mask.</param>
/// <param name="Next">Where the next instruction is.</param>
/// <param name="Target">Where a jump leads, or a 16-bit immediate value.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Mcs51Instruction(
    Mcs51FastOp Op, byte Cost, byte A, byte B, ushort Next, ushort Target);
