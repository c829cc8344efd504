using System.Globalization;

namespace Granary.Vms.Script;

/// <summary>A decoded instruction. Its operands stand in the order of <see cref="ScriptOpInfo.Operands"/>.</summary>
/// <remarks>
/// A variable is its slot (0 or more), a literal the complement of its place among the constants (below 0), a target
/// the place of an instruction, a comparison its number; <see cref="Absent"/> is an operand that was left out.
/// </remarks>
internal readonly record struct ScriptInstruction(
    ScriptOp Op, int Line, int A, int B, int C, int D, int E, int F, int G)
{
    public const int Absent = int.MaxValue;

    /// <summary>The gas of the table, at hand for the loop.</summary>
    public int Gas { get; } = ScriptOpcodes.Info(Op).Gas;

    /// <summary>Where this instruction stands, for traps.</summary>
    public TrapSite Site => new(string.Create(NumberFormatInfo.InvariantInfo,
        $"line {Line}, {ScriptOpcodes.Info(Op).Name}"));

    /// <summary>The operand at a place, for those who read the table.</summary>
    public int this[int index] => index switch
    {
        0 => A,
        1 => B,
        2 => C,
        3 => D,
        4 => E,
        5 => F,
        6 => G,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };
}
