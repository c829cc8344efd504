using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

/// <summary>Programs that assemble and do nonsense: every instruction meets every kind of value.</summary>
internal static class ScriptRandomPrograms
{
    private static readonly string[] Variables = ["a", "b", "c", "payload", "ok", "status"];

    private static readonly string[] Literals =
    [
        "0", "1", "-1", "7", "100", "-0x8000000000000000", "0x7fffffffffffffff", "\"\"", "\"k\"", "\"out\"", "\"12\"",
        "\"\\x00\\xff\"", "\"out out.1\"", "\"new\"",
    ];

    /// <summary>A case without expectations: its program may do anything within its gas.</summary>
    public static ScriptVector Make(Random random)
    {
        int count = random.Next(1, 25);
        List<string> source = ["on start", "  set a \"out\"", "  set b 3"];
        for (int i = 0; i < count; i++)
        {
            source.Add($"l{i}: {MakeInstruction(random, count)}");
        }
        return new ScriptVector
        {
            Name = "random",
            Source = source,
            Payload = "5",
            MessageGas = random.Next(100_000),
            Data = new(StringComparer.Ordinal) { ["k"] = "12", ["l"] = "" },
            Ports = ["out", "out.1", "out.2"],
            Arrived = ["a", "b"],
            Fired = random.Next(3),
            Answers = [.. Enumerable.Range(0, random.Next(8)).Select(_ => MakeAnswer(random))],
            Expect = new ScriptOutcome { Exit = "any" },
        };
    }

    private static string MakeInstruction(Random random, int labels)
    {
        ScriptOp[] ops = [.. ScriptOpcodes.All];
        ScriptOpInfo row = ScriptOpcodes.Info(ops[random.Next(ops.Length)]);
        return string.Join(' ', row.Operands.Select(o => MakeOperand(o, random, labels)).Prepend(row.Name));
    }

    private static string MakeOperand(ScriptOperand shape, Random random, int labels) => shape switch
    {
        ScriptOperand.Variable => Variables[random.Next(Variables.Length)],
        ScriptOperand.Value => MakeValue(random),
        ScriptOperand.Output => random.Next(2) == 0 ? "" : MakeValue(random),
        ScriptOperand.Gas => random.Next(2) == 0 ? "gas 10" : $"gas {MakeValue(random)}",
        ScriptOperand.With => random.Next(4) == 0 ? $"with {MakeValue(random)}" : "",
        ScriptOperand.Timeout => random.Next(4) == 0 ? $"timeout {MakeValue(random)}" : "",
        ScriptOperand.Width or ScriptOperand.Every =>
            random.Next(2) == 0 ? "" : $"{ScriptOpcodes.Keyword(shape)} {MakeValue(random)}",
        ScriptOperand.After => random.Next(2) == 0 ? "after 10" : $"after {MakeValue(random)}",
        ScriptOperand.Comparison => ScriptOpcodes.Comparisons[random.Next(ScriptOpcodes.Comparisons.Count)],
        ScriptOperand.GotoTarget => $"goto l{random.Next(labels)}",
        ScriptOperand.Target => $"l{random.Next(labels)}",
        _ => throw new InvalidOperationException($"Unknown operand {shape}."),
    };

    private static string MakeValue(Random random) => random.Next(2) == 0
        ? Variables[random.Next(Variables.Length)]
        : Literals[random.Next(Literals.Length)];

    private static ScriptAnswer MakeAnswer(Random random)
    {
        string[] kinds = ["slept", "timedOut", "received", "replied"];
        return new ScriptAnswer
        {
            Kind = kinds[random.Next(kinds.Length)],
            Payload = "answer",
            Status = (byte)random.Next(10),
            Arrived = random.Next(2) == 0 ? [] : ["c"],
        };
    }
}
