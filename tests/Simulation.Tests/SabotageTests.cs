using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation.Tests;

/// <summary>The simulator finds bugs that were put in on purpose: its checks can fail.</summary>
public sealed class SabotageTests
{
    private const ulong SeedsMax = 12;

    public static TheoryData<string> Bugs =>
    [
        nameof(SimSabotage.EffectsBeforeDurable), nameof(SimSabotage.RefusedIsAcknowledged),
        nameof(SimSabotage.DuplicatesTaken), nameof(SimSabotage.KeysForgotten),
        nameof(StoreSabotage.HidesTheFence), nameof(StoreSabotage.CollectsTooMuch),
        nameof(StoreSabotage.ForgetsAppends), nameof(StoreSabotage.ReadsAnOldTail), NothingSentAgain,
    ];

    private const long Never = 1L << 40;

    private const string NothingSentAgain = "NothingSentAgain";

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_bug_is_found_within_a_few_seeds(string bug)
    {
        Simulator simulator = new(Sabotaged(bug), BuiltInEngines.All);
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            if (simulator.Run(seed).Violations.Count > 0)
            {
                return;
            }
        }
        Assert.Fail($"{bug} was not found in {SeedsMax} seeds.");
    }

    private static SimSettings Sabotaged(string bug)
    {
        SimSettings settings = new() { SettleWithin = 60_000_000, EventsMax = 100_000 };
        ShellOptions shell = settings.Shell;
        return bug switch
        {
            NothingSentAgain => settings with
            {
                Shell = shell with
                {
                    ResendAfter = Never, ResendAfterMax = Never, RefusedDelay = Never, RefusedDelayMax = Never,
                },
            },
            _ when Enum.TryParse(bug, out StoreSabotage store) => settings with
            {
                WrapStore = medium => new SabotagedStore(medium, store),
            },
            _ => settings with { Sabotage = Enum.Parse<SimSabotage>(bug) },
        };
    }
}
