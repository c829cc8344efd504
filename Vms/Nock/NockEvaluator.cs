namespace Granary.Vms.Nock;

/// <summary>Evaluates formulas outside of any kernel, for tools.</summary>
public static class NockEvaluator
{
    /// <summary>How an evaluation ended.</summary>
    /// <param name="Product">The product; null when there is none.</param>
    /// <param name="Problem">Why there is none; empty when there is one.</param>
    /// <param name="Puts">Products of hints that print, in order.</param>
    /// <param name="Meter">Anoma's meter.</param>
    /// <param name="Nines">Formulas with operator 9, which the meter does not count.</param>
    /// <param name="Scries">Formulas with operator 12, likewise.</param>
    /// <param name="Gas">Gas spent.</param>
    public sealed record Result(
        Noun? Product, string Problem, IReadOnlyList<Noun> Puts, long Meter, long Nines, long Scries, long Gas);

    /// <summary>Evaluates a formula on a subject. A scry has nobody to answer it and crashes.</summary>
    public static Result Run(Noun subject, Noun formula, long gas, bool jets, VmLimits limits)
    {
        NockState state = new(new NockLimits(limits));
        state.Begin(subject, formula);
        List<Noun> puts = [];
        GasMeter meter = new(GasMeter.Unlimited, gas);
        while (true)
        {
            NockStop stop = new NockInterpreter(state, jets ? NockJets.All : NockJets.None, ref meter).Run();
            if (stop == NockStop.Puts)
            {
                puts.Add(state.Product);
                state.PutsDone();
                continue;
            }
            string problem = stop switch
            {
                NockStop.Done => "",
                NockStop.OutOfGas => "out of gas",
                NockStop.TooDeep => "too many evaluations wait",
                NockStop.TooLarge => "the nouns are too large",
                NockStop.Scry => "a scry that nobody answers",
                _ => $"crash at depth {state.Depth}",
            };
            return new Result(
                problem.Length == 0 ? state.Product : null, problem, puts, state.Meter, state.Nines, state.Scries,
                meter.Used);
        }
    }

    /// <summary>Reads noun text with comments and words, as in <c>.nock</c> files.</summary>
    /// <exception cref="NounFormatException">The text is not one noun.</exception>
    public static Noun Read(string text) => NockText.Parse(NockText.WithoutComments(text));
}
