using System.Globalization;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>A user's scenario.</summary>
/// <param name="calm">What the kernels of <see cref="SimScenario.SameAsCalm"/> store after a run without faults; null
/// in that run itself.</param>
internal sealed class ScenarioWorkload(
    SimScenario scenario, SimPrograms programs, IReadOnlyDictionary<KernelId, string>? calm) : SimWorkload
{
    private readonly List<(ScenarioClient Client, ClientCall Call)> _failed = [];

    /// <summary>After the run: what those kernels store.</summary>
    public Dictionary<KernelId, string> Stored { get; } = [];

    public override void Begin(SimSetup setup)
    {
        foreach (ScenarioKernel kernel in scenario.Kernels)
        {
            setup.Deploy(
                kernel.Id.Value, programs.Add(kernel.Engine, kernel.Code.ToArray()),
                [.. kernel.Ports.Select(p => (p.Key, p.Value.Value))]);
        }
        foreach (ScenarioClient client in scenario.Clients)
        {
            setup.Client(
                client.Count, Math.Max(1, (long)client.Pause.TotalMilliseconds), n => Make(client, n),
                call =>
                {
                    if (!client.MayFail && call.Result is { Status: not ReplyStatus.Ok })
                    {
                        _failed.Add((client, call));
                    }
                });
        }
    }

    public override void Check(SimOutcome outcome)
    {
        foreach ((ScenarioClient client, ClientCall call) in _failed)
        {
            outcome.Violate($"{client.To} answered '{call.Entry} {call.Payload}' with {call.Result!.Status}: "
                + call.ReplyText);
        }
        foreach (Expectation expectation in scenario.Expectations)
        {
            if (expectation.Check(id => outcome.Kernels[id]) is { } found)
            {
                outcome.Violate($"expected {expectation.Text}, found {found}");
            }
        }
        foreach (KernelId id in scenario.SameAsCalm)
        {
            Stored[id] = string.Join(", ", outcome.Kernels[id].Data().Select(d => $"{d.Key}={d.Value}"));
            if (calm is not null && calm.GetValueOrDefault(id) != Stored[id])
            {
                outcome.Violate($"{id} stores {Stored[id]}; without faults it is {calm.GetValueOrDefault(id)}");
            }
        }
    }

    private static ClientCall Make(ScenarioClient client, int number) => new()
    {
        To = client.To, Entry = client.Entry, IsCall = !client.IsSend, Gas = client.Gas,
        Payload = client.Payload.Replace(
            ScenarioClient.NumberMark, number.ToString(NumberFormatInfo.InvariantInfo), StringComparison.Ordinal),
    };
}
