namespace Granary.Vms.Nock;

/// <summary>Why an evaluation came out of the interpreter.</summary>
internal enum NockStop : byte
{
    /// <summary>The product is there.</summary>
    Done,

    /// <summary>The formula has no product.</summary>
    Crash,
    OutOfGas,
    SliceEnded,

    /// <summary>Too many evaluations wait.</summary>
    TooDeep,

    /// <summary>An atom or all nouns together are over their limit.</summary>
    TooLarge,

    /// <summary>A hint wants something printed.</summary>
    Puts,

    /// <summary>A scry wants an answer.</summary>
    Scry,
}
