using System.Text.Json.Nodes;

namespace Granary.Vms.Tests.Primea;

/// <summary>Random messages that build instances, connect them, pass ports around and delete them.</summary>
internal sealed class PortsScenario(Random random)
{
    private static readonly string[] Roots = ["a", "b", "c"];
    private static readonly string[] Bound = ["a", "a", "a", "b", "b", "c", "d"];
    private static readonly string[] Held = ["p0", "p0", "p1", "x", "y"];

    private int _labels;

    public JsonArray Messages(int count)
    {
        JsonArray messages = [];
        for (int i = 0; i < count; i++)
        {
            messages.Add(new JsonObject
            {
                ["label"] = Label(),
                ["fromTicks"] = random.Next(30),
                ["script"] = i == 0 ? Founding() : Script(depth: 4),
            });
        }
        // Through text, so that a number is just a number to whoever reads it.
        return JsonNode.Parse(messages.ToJsonString())!.AsArray();
    }

    /// <summary>A few instances with a channel to the root each, and one channel between two of them.</summary>
    private JsonArray Founding()
    {
        JsonArray script = [];
        for (int i = 0; i < 3; i++)
        {
            string root = Roots[i];
            script.Add(Step("channel", new JsonArray("x", "y")));
            script.Add(Step("bind", new JsonArray(root, "x")));
            script.Add(Step("instance", new JsonObject
            {
                ["type"] = i,
                ["label"] = Label(),
                ["ports"] = new JsonArray("y"),
                ["script"] = new JsonArray(Step("tick", random.Next(9)), Step("bind", new JsonArray("a", "p0"))),
            }));
        }
        script.Add(Step("channel", new JsonArray("x", "y")));
        foreach ((string port, string end) in new[] { ("a", "x"), ("b", "y") })
        {
            script.Add(Step("send", new JsonObject
            {
                ["port"] = port,
                ["label"] = Label(),
                ["ports"] = new JsonArray(end),
                ["script"] = new JsonArray(Step("bind", new JsonArray("b", "p0"))),
            }));
        }
        foreach (JsonNode? step in Script(depth: 4))
        {
            script.Add(step!.DeepClone());
        }
        return script;
    }

    private JsonArray Script(int depth)
    {
        JsonArray script = [];
        int steps = random.Next(1, 7);
        for (int i = 0; i < steps; i++)
        {
            AddStep(script, depth);
        }
        return script;
    }

    private void AddStep(JsonArray script, int depth)
    {
        switch (depth > 0 ? random.Next(30) : random.Next(3))
        {
            case 0 or 1 or 20 or 21:
                script.Add(Step("tick", random.Next(12)));
                break;
            case 2:
                script.Add(Step("push", random.Next(100)));
                break;
            case 3:
                script.Add(Step("bind", new JsonArray(Pick(Bound), Pick(Held))));
                break;
            case 4:
                script.Add(Step("unbind", new JsonArray(Pick(Bound), Pick(Held))));
                break;
            case 5:
                script.Add(Step("delete", random.Next(3) == 0 ? Pick(Bound) : Pick(Held)));
                break;
            case 6 or 7:
                script.Add(Step("channel", new JsonArray("x", "y")));
                script.Add(Step("bind", new JsonArray(Pick(Bound), "x")));
                script.Add(Step("send", Send(depth, "y")));
                break;
            case 8:
                script.Add(Step("channel", new JsonArray("x", "y")));
                script.Add(Step("bind", new JsonArray(Pick(Bound), "x")));
                JsonObject made = Send(depth, "y");
                made.Remove("port");
                made["type"] = random.Next(5);
                script.Add(Step("instance", made));
                break;
            case 9 or 10:
                script.Add(Step("unbind", new JsonArray(Pick(Bound), "x")));
                script.Add(Step("send", Send(depth, "x")));
                break;
            case 11:
                script.Add(Step("send", Send(depth, Pick(Held))));
                break;
            default:
                script.Add(Step("send", Send(depth)));
                break;
        }
    }

    private JsonObject Send(int depth, params string[] ports) => new()
    {
        ["port"] = Pick(Bound),
        ["label"] = Label(),
        ["ports"] = new JsonArray([.. ports.Select(p => (JsonNode)p)]),
        ["script"] = Script(depth - 1),
    };

    private string Label() => $"m{_labels++}";

    private string Pick(string[] names) => names[random.Next(names.Length)];

    private static JsonObject Step(string name, JsonNode operand) => new() { [name] = operand };
}
