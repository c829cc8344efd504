namespace Granary.Vms.Nock;

/// <summary>What an evaluation is about to do, for people.</summary>
/// <remarks>A position is the number of steps taken, operators 9 and 12 among them: Nock has no addresses.</remarks>
internal static class NockTrace
{
    private const int FormulaCharsMax = 100;
    private const int NounCharsMax = 200;

    /// <summary>Null while the evaluation waits for something outside, or there is none.</summary>
    public static VmStep? Look(NockState state) => state.Mode switch
    {
        NockMode.Evaluate => Step(state, Text(NockFormula.Of(state.Formula)), [
            new("subject", NounText.Print(state.Subject, NounCharsMax)),
        ]),
        NockMode.Return when state.Depth > 0 => Step(state, Text(state.Frames[state.Depth - 1]), [
            new("product", NounText.Print(state.Product, NounCharsMax)),
            new("beside", NounText.Print(state.Frames[state.Depth - 1].A, NounCharsMax)),
        ]),
        _ => null,
    };

    private static VmStep Step(NockState state, string text, KeyValuePair<string, string>[] values) =>
        new(state.Depth + 1, state.Meter + state.Nines + state.Scries, text, values);

    private static string Text(NockFormula formula) =>
        $"{Name(formula.Op)} {NounText.Print(formula.Noun, FormulaCharsMax)}";

    private static string Text(in NockFrame frame) => $"-> {frame.Wait} {Text(frame.Formula)}";

    private static string Name(NockOp op) => op switch
    {
        NockOp.Cons => "cons",
        NockOp.DynamicHint => NockOpcodes.All[(int)NockOp.Hint].Name,
        NockOp.Malformed => "crash",
        _ => NockOpcodes.All[(int)op].Name,
    };
}
