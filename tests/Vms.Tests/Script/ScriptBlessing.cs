using System.Text.Json;
using System.Text.Json.Nodes;

namespace Granary.Vms.Tests.Script;

/// <summary>
/// With GRANARY_BLESS=1, writes what a run shows for the fields that nobody wants to compute by hand: gas and state.
/// All other expectations are written by people.
/// </summary>
public sealed class ScriptBlessing
{
    [Fact]
    public void Blessing_fills_in_gas_and_state()
    {
        if (Environment.GetEnvironmentVariable("GRANARY_BLESS") != "1")
        {
            return;
        }
        foreach (string path in Directory.EnumerateFiles(ScriptVectors.Folder, "*.json"))
        {
            JsonArray cases = JsonNode.Parse(File.ReadAllText(path))!.AsArray();
            foreach (JsonNode? node in cases)
            {
                ScriptVector vector = node.Deserialize<ScriptVector>(ScriptOutcome.Json)!;
                ScriptOutcome outcome = ScriptDriver.Whole(vector);
                JsonObject expect = node!["expect"]!.AsObject();
                expect["gas"] = outcome.Gas;
                if (outcome.State is not null)
                {
                    expect["state"] = outcome.State;
                }
            }
            File.WriteAllText(path, cases.ToJsonString(ScriptOutcome.Json) + "\n");
        }
    }
}
