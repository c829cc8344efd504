using System.Text.Json.Nodes;

namespace Granary.Vms.Tests.Primea;

/// <summary>Random requests to a world of actors: all steps, all values, names that may not be known yet.</summary>
internal sealed class PrimeaScenario(Random random)
{
    private int _labels;
    private int _names;

    /// <summary>Entry points and payloads; the last root that was taken is written as ROOT.</summary>
    public List<(string Entry, string Payload)> Requests(int count)
    {
        List<(string Entry, string Payload)> requests = [];
        for (int i = 0; i < 3; i++)
        {
            requests.Add(("newActor", Creation().ToJsonString()));
        }
        for (int i = 0; i < count; i++)
        {
            requests.Add(random.Next(8) switch
            {
                0 => ("root", ""),
                1 when i > 4 => ("setRoot", "ROOT"),
                2 => ("createModule", Creation().ToJsonString()),
                _ => ("send", new JsonObject { ["messages"] = Messages() }.ToJsonString()),
            });
        }
        requests.Add(("root", ""));
        return requests;
    }

    private JsonArray Messages()
    {
        JsonArray messages = [];
        int count = random.Next(1, 5);
        for (int i = 0; i < count; i++)
        {
            JsonObject message = Message(depth: 4);
            message["to"] = $"n{random.Next(3)}";
            message["fromTicks"] = random.Next(20);
            messages.Add(message);
        }
        return messages;
    }

    private JsonObject Message(int depth) => new()
    {
        ["to"] = Name(),
        ["gas"] = random.Next(400),
        ["label"] = $"m{_labels++}",
        ["script"] = Script(depth - 1),
    };

    private JsonArray Script(int depth)
    {
        JsonArray script = [];
        int steps = random.Next(6);
        for (int i = 0; i < steps; i++)
        {
            (string name, JsonNode? operand) = random.Next(depth > 0 ? 14 : 9) switch
            {
                0 => ("tick", (JsonNode?)random.Next(60)),
                1 or 2 => ("push", Value(3)),
                3 => ("put", new JsonArray(random.Next(4), Value(2))),
                4 => ("pop", 1),
                5 => ("new", Creation()),
                6 => ("egress", new JsonObject { ["gas"] = random.Next(9), ["label"] = "e", ["data"] = "c0ffee" }),
                7 => ("module", Creation()),
                8 => ("push", Value(4)),
                9 when random.Next(4) == 0 => ("fail", "no"),
                _ => ("send", Message(depth)),
            };
            script.Add(new JsonObject { [name] = operand });
        }
        return script;
    }

    private JsonObject Creation() => new()
    {
        ["as"] = $"n{_names++}",
        ["type"] = random.Next(400),
        ["code"] = random.Next(3) == 0 ? null : Convert.ToHexStringLower(Bytes(40)),
        ["storage"] = _names > 3 && random.Next(4) == 0 ? new JsonArray(Value(3), Value(2)) : new JsonArray(),
    };

    private JsonNode? Value(int depth) => random.Next(depth > 0 ? 11 : 5) switch
    {
        0 => random.Next(-70_000, 70_000),
        1 => random.Next(2) == 0,
        2 => null,
        3 => new JsonObject { ["b"] = Convert.ToHexStringLower(Bytes(12)) },
        4 => new JsonObject { ["t"] = "text \u00e9" },
        5 => new JsonArray(Value(depth - 1), Value(depth - 1)),
        6 or 7 => new JsonObject { ["link"] = Value(depth - 1) },
        8 => new JsonObject { ["id"] = Name() },
        9 => new JsonObject { ["func"] = new JsonObject { ["actor"] = Name(), ["gas"] = random.Next(99) } },
        _ => new JsonObject { ["actorRef"] = Name() },
    };

    private string Name() => $"n{random.Next(Math.Max(1, _names) + 1)}";

    private byte[] Bytes(int max)
    {
        byte[] bytes = new byte[random.Next(max)];
        random.NextBytes(bytes);
        return bytes;
    }
}
