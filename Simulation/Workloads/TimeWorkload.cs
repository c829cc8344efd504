using System.Globalization;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Programs that take time: one that sleeps again and again, one that computes through many slices and half-done
/// checkpoints. Neither loses or repeats a step.
/// </summary>
internal sealed class TimeWorkload : SimWorkload
{
    private const int Sleeps = 2;
    private const int StepsOfASleep = 12;
    private const int Burns = 8;
    private const int StepsOfABurn = 2_500;
    private const long Factor = 6_364_136_223_846_793_005;

    private const string Sleeper = """
        on start
        again:
          sleep 90
          get n "n"
          int n n
          add n 1
          put "n" n
          add i 1
          if i < 12 goto again
          halt n
        """;

    private const string Burner = """
        on burn
          int x payload
        again:
          mul x 6364136223846793005
          add x 1442695040888963407
          add i 1
          if i < 2500 goto again
          halt x
        """;

    private readonly List<ClientCall> _burns = [];
    private KernelId _sleeper;

    public override void Begin(SimSetup setup)
    {
        _sleeper = setup.Script("sleeper", Sleeper);
        setup.Client(Sleeps, 500, _ => new ClientCall { To = _sleeper, Entry = "start" });
        KernelId burner = setup.Script("burner", Burner);
        setup.Client(
            Burns, 700,
            n => new ClientCall
            {
                To = burner, Entry = "burn", Payload = n.ToString(NumberFormatInfo.InvariantInfo),
            },
            _burns.Add);
    }

    public override void Check(SimOutcome outcome)
    {
        long slept = outcome.Kernels[_sleeper].Number("n");
        outcome.Expect(
            slept == Sleeps * StepsOfASleep, $"the sleeper woke {slept} times, not {Sleeps * StepsOfASleep}");
        foreach (ClientCall burn in _burns)
        {
            long x = long.Parse(burn.Payload, NumberFormatInfo.InvariantInfo);
            for (int i = 0; i < StepsOfABurn; i++)
            {
                x = unchecked((x * Factor) + 1_442_695_040_888_963_407);
            }
            string expected = x.ToString(NumberFormatInfo.InvariantInfo);
            outcome.Expect(burn.ReplyText == expected, $"burn {burn.Payload} gave {burn.ReplyText}, not {expected}");
        }
    }
}
