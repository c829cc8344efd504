namespace Granary.Vms.Nock;

/// <summary>What a formula does; 0 to 12 are Nock's own numbers.</summary>
internal enum NockOp : byte
{
    Slot = 0,
    Constant = 1,
    Compose = 2,
    CellTest = 3,
    Increment = 4,
    Equal = 5,
    If = 6,
    Then = 7,
    Push = 8,
    Arm = 9,
    Edit = 10,
    Hint = 11,
    Scry = 12,

    /// <summary>A formula whose head is a cell: two formulas, and the cell of their products.</summary>
    Cons = 13,

    /// <summary>Hint whose tag brings a formula of its own.</summary>
    DynamicHint = 14,

    /// <summary>No formula: an atom, an operator above 12, or a part is missing. Crashes when evaluated.</summary>
    Malformed = 15,
}

/// <summary>The operators as a table: for the disassembler, the documentation and tests.</summary>
internal static class NockOpcodes
{
    public const int Count = 13;

    /// <summary>Operators by number: a word, and the shape of the whole formula.</summary>
    public static IReadOnlyList<(string Name, string Shape)> All { get; } =
    [
        ("slot", "[0 axis]"),
        ("constant", "[1 noun]"),
        ("compose", "[2 b c]"),
        ("cell", "[3 b]"),
        ("increment", "[4 b]"),
        ("equal", "[5 b c]"),
        ("if", "[6 b c d]"),
        ("then", "[7 b c]"),
        ("push", "[8 b c]"),
        ("arm", "[9 axis c]"),
        ("edit", "[10 [axis b] c]"),
        ("hint", "[11 tag c] or [11 [tag b] c]"),
        ("scry", "[12 b c]"),
    ];
}
