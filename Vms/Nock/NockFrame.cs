namespace Granary.Vms.Nock;

/// <summary>What an evaluation waits for, and what it does with the product. Stored: numbers never change.</summary>
internal enum NockWait : byte
{
    /// <summary>Cons: the head's product; then the tail on the subject, A.</summary>
    ConsHead = 0,

    /// <summary>Cons: the tail's product; the head's is A.</summary>
    ConsTail = 1,

    /// <summary>Compose: the new subject; then the formula on the subject, A.</summary>
    ComposeSubject = 2,

    /// <summary>Compose: the new formula; the new subject is A.</summary>
    ComposeFormula = 3,
    CellTest = 4,
    Increment = 5,

    /// <summary>Equal: the first product; then the second on the subject, A.</summary>
    EqualFirst = 6,

    /// <summary>Equal: the second product; the first is A.</summary>
    EqualSecond = 7,

    /// <summary>If: the condition; then a branch on the subject, A.</summary>
    If = 8,
    Then = 9,

    /// <summary>Push: what is put before the subject, A.</summary>
    Push = 10,

    /// <summary>Arm: the core.</summary>
    Arm = 11,

    /// <summary>Edit: the new part; then the noun to edit on the subject, A.</summary>
    EditPart = 12,

    /// <summary>Edit: the noun to edit; the new part is A.</summary>
    EditWhole = 13,

    /// <summary>Dynamic hint: the hint's product; then the formula on the subject, A.</summary>
    HintProduct = 14,

    /// <summary>Dynamic hint: the product of the formula, which is the product of the hint.</summary>
    HintEnd = 15,

    /// <summary>Scry: the first product; then the path on the subject, A.</summary>
    ScryFirst = 16,

    /// <summary>Scry: the path; the first product is A.</summary>
    ScryPath = 17,
}

/// <summary>One evaluation that waits for the product of another.</summary>
internal struct NockFrame
{
    public NockWait Wait;

    /// <summary>The formula that waits.</summary>
    public NockFormula Formula;

    /// <summary>The subject or an earlier product, as <see cref="NockWait"/> says; unused ones are any noun.</summary>
    public Noun A;
}
