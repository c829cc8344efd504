namespace Granary.Vms.Mova;

internal enum MovaStatementKind : byte
{
    Var,
    Label,
    Add,
    Print,
    Sleep,
    Goto,
    Stop,
}

/// <summary>One statement of a <c>.mova</c> text.</summary>
/// <param name="Name">The variable or label; empty for <c>sleep</c> and <c>stop</c>.</param>
/// <param name="Constant">The number of <c>var</c>, <c>+=</c> and <c>sleep</c>; 1 for <c>++</c>.</param>
/// <param name="Place">The name's place, or the statement's when it has none.</param>
internal readonly record struct MovaStatement(MovaStatementKind Kind, string Name, int Constant, MovaPlace Place);
