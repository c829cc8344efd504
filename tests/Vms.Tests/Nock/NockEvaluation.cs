using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>Evaluates a formula with the interpreter alone, in slices.</summary>
internal sealed class NockEvaluation
{
    private readonly Dictionary<string, Noun>? _scry;

    public NockEvaluation(Noun subject, Noun formula, Dictionary<string, Noun>? scry = null)
    {
        State.Begin(subject, formula);
        _scry = scry;
    }

    public static NockEvaluation Of(JsonElement vector)
    {
        Dictionary<string, Noun>? scry = vector.TryGetProperty("scry", out JsonElement pairs)
            ? pairs.EnumerateArray().ToDictionary(p => p[0].GetString()!, p => NounText.Parse(p[1].GetString()!))
            : null;
        return new NockEvaluation(vector.ReadNoun("subject"), vector.ReadNoun("formula"), scry);
    }

    public NockState State { get; } = new(new NockLimits(VmLimits.Default));

    public List<string> Puts { get; } = [];

    public long GasUsed { get; private set; }

    /// <summary>The product as text, or how it stopped.</summary>
    public string Run(long sliceGas = long.MaxValue, long messageGas = GasMeter.Unlimited, NockJets? jets = null)
    {
        while (true)
        {
            GasMeter meter = new(sliceGas, messageGas - GasUsed);
            NockStop stop = new NockInterpreter(State, jets ?? NockJets.None, ref meter).Run();
            GasUsed += meter.Used;
            switch (stop)
            {
                case NockStop.Done:
                    return NounText.Print(State.Product);
                case NockStop.SliceEnded:
                    continue;
                case NockStop.Puts:
                    Puts.Add(NounText.Print(State.Product));
                    State.PutsDone();
                    continue;
                case NockStop.Scry when _scry is not null
                    && _scry.TryGetValue(NounText.Print(State.Product), out Noun? value):
                    State.Answer(value);
                    continue;
                default:
                    return stop == NockStop.Scry ? "Crash" : stop.ToString();
            }
        }
    }
}
