namespace Granary.Vms.Script;

/// <summary>The instructions. Stored in code: numbers never change and are never used again.</summary>
internal enum ScriptOp : byte
{
    /// <summary>The end of a handler. It is not stored; the decoder puts one behind each handler.</summary>
    End = 0,
    Set = 1,
    Add = 2,
    Sub = 3,
    Mul = 4,
    Div = 5,
    Mod = 6,
    Join = 7,
    Int = 8,
    Text = 9,
    Len = 10,
    Goto = 11,
    If = 12,
    Halt = 13,
    Revert = 14,
    Get = 16,
    Put = 17,
    Delete = 18,
    Next = 19,
    Send = 24,
    Call = 25,
    Await = 26,
    Reply = 27,
    Receive = 28,
    Sleep = 29,
    Emit = 30,
    Broadcast = 31,
    Print = 32,
    Log = 33,
    Random = 34,
    Time = 35,
    Gas = 36,
    Arrived = 40,
    Bind = 41,
    Unbind = 42,
    Open = 43,
    Revoke = 44,
    Schedule = 48,
    Unschedule = 49,
}

/// <summary>How an operand is written and stored.</summary>
internal enum ScriptOperand : byte
{
    /// <summary>A variable that the instruction sets.</summary>
    Variable,

    /// <summary>A variable or a literal.</summary>
    Value,

    /// <summary>A value that may be left out.</summary>
    Output,

    /// <summary>The word <c>gas</c> and a value, or nothing.</summary>
    Gas,

    /// <summary>The word <c>timeout</c> and a value, or nothing.</summary>
    Timeout,

    /// <summary>The word <c>width</c> and a value, or nothing.</summary>
    Width,

    /// <summary>The word <c>with</c> and a value, or nothing.</summary>
    With,

    /// <summary>The word <c>every</c> and a value, or nothing.</summary>
    Every,

    /// <summary>The word <c>after</c> and a value.</summary>
    After,

    /// <summary>One of <c>== != &lt; &lt;= &gt; &gt;=</c>.</summary>
    Comparison,

    /// <summary>The word <c>goto</c> and a label.</summary>
    GotoTarget,

    /// <summary>A label.</summary>
    Target,
}

/// <summary>The six comparisons. Stored in code.</summary>
internal enum ScriptComparison : byte
{
    Equal = 0,
    NotEqual = 1,
    Less = 2,
    LessOrEqual = 3,
    Greater = 4,
    GreaterOrEqual = 5,
}

/// <summary>One row of the instruction table.</summary>
/// <param name="Name">The word in the source; empty when the row is not used.</param>
/// <param name="Gas">Charged when the instruction begins; data and the host's work come on top.</param>
/// <param name="Operands">In the order of the source and of the code.</param>
internal readonly record struct ScriptOpInfo(string Name, int Gas, ScriptOperand[] Operands);

/// <summary>The instruction set as data: assembler, decoder, interpreter and disassembler read it.</summary>
internal static class ScriptOpcodes
{
    /// <summary>The most operands that an instruction has (<c>call</c>).</summary>
    public const int OperandsMax = 7;

    private static readonly ScriptOpInfo[] Rows = MakeRows();

    /// <summary>The words of the comparisons, in the order of <see cref="ScriptComparison"/>.</summary>
    public static IReadOnlyList<string> Comparisons { get; } = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>Words inside instructions that no variable or label may have as its name.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["on", "timeout", "width", "with", "every", "after"];

    /// <summary>All instructions that can be written.</summary>
    public static IEnumerable<ScriptOp> All => Enum.GetValues<ScriptOp>().Where(op => op != ScriptOp.End);

    public static ref readonly ScriptOpInfo Info(ScriptOp op) => ref Rows[(int)op];

    /// <summary>The word that stands before an operand; null when none does.</summary>
    public static string? Keyword(ScriptOperand shape) => shape switch
    {
        ScriptOperand.Gas => "gas",
        ScriptOperand.Timeout => "timeout",
        ScriptOperand.Width => "width",
        ScriptOperand.With => "with",
        ScriptOperand.Every => "every",
        ScriptOperand.After => "after",
        ScriptOperand.GotoTarget => "goto",
        _ => null,
    };

    /// <summary>True for an operand that may be left out.</summary>
    public static bool IsOptional(ScriptOperand shape) => shape is ScriptOperand.Output or ScriptOperand.Gas
        or ScriptOperand.Timeout or ScriptOperand.Width or ScriptOperand.With or ScriptOperand.Every;

    /// <summary>True for a number that may stand in code.</summary>
    public static bool IsStored(byte number) => number < Rows.Length && number != 0 && Rows[number].Name is not null;

    /// <summary>The instruction of that name, or <see cref="ScriptOp.End"/>.</summary>
    public static ScriptOp Find(ReadOnlySpan<char> name)
    {
        for (int i = 1; i < Rows.Length; i++)
        {
            if (Rows[i].Name is not null && name.SequenceEqual(Rows[i].Name))
            {
                return (ScriptOp)i;
            }
        }
        return ScriptOp.End;
    }

    /// <summary>True when the word means something by itself, so that no variable or label may be called so.</summary>
    public static bool IsReserved(string word) => Find(word) != ScriptOp.End || Keywords.Contains(word);

    private static ScriptOpInfo[] MakeRows()
    {
        const ScriptOperand x = ScriptOperand.Variable;
        const ScriptOperand v = ScriptOperand.Value;
        const ScriptOperand gas = ScriptOperand.Gas;
        const ScriptOperand timeout = ScriptOperand.Timeout;
        const ScriptOperand with = ScriptOperand.With;
        ScriptOpInfo[] t = new ScriptOpInfo[(int)ScriptOp.Unschedule + 1];
        t[(int)ScriptOp.End] = new("end", 5, []);
        t[(int)ScriptOp.Set] = new("set", 5, [x, v]);
        t[(int)ScriptOp.Add] = new("add", 5, [x, v]);
        t[(int)ScriptOp.Sub] = new("sub", 5, [x, v]);
        t[(int)ScriptOp.Mul] = new("mul", 5, [x, v]);
        t[(int)ScriptOp.Div] = new("div", 10, [x, v]);
        t[(int)ScriptOp.Mod] = new("mod", 10, [x, v]);
        t[(int)ScriptOp.Join] = new("join", 20, [x, v]);
        t[(int)ScriptOp.Int] = new("int", 20, [x, v]);
        t[(int)ScriptOp.Text] = new("text", 20, [x, v, ScriptOperand.Width]);
        t[(int)ScriptOp.Len] = new("len", 10, [x, v]);
        t[(int)ScriptOp.Goto] = new("goto", 5, [ScriptOperand.Target]);
        t[(int)ScriptOp.If] = new("if", 5, [v, ScriptOperand.Comparison, v, ScriptOperand.GotoTarget]);
        t[(int)ScriptOp.Halt] = new("halt", 5, [ScriptOperand.Output]);
        t[(int)ScriptOp.Revert] = new("revert", 5, [ScriptOperand.Output]);
        t[(int)ScriptOp.Get] = new("get", 10, [x, v]);
        t[(int)ScriptOp.Put] = new("put", 10, [v, v]);
        t[(int)ScriptOp.Delete] = new("delete", 10, [v]);
        t[(int)ScriptOp.Next] = new("next", 10, [x, x, v]);
        t[(int)ScriptOp.Send] = new("send", 10, [v, v, v, gas, timeout, with]);
        t[(int)ScriptOp.Call] = new("call", 10, [x, v, v, v, gas, timeout, with]);
        t[(int)ScriptOp.Await] = new("await", 10, [x, v]);
        t[(int)ScriptOp.Reply] = new("reply", 10, [v, with]);
        t[(int)ScriptOp.Receive] = new("receive", 10, [timeout]);
        t[(int)ScriptOp.Sleep] = new("sleep", 10, [v]);
        t[(int)ScriptOp.Emit] = new("emit", 10, [v, v]);
        t[(int)ScriptOp.Broadcast] = new("broadcast", 10, [x, v, v, v, gas, timeout]);
        t[(int)ScriptOp.Print] = new("print", 10, [v]);
        t[(int)ScriptOp.Log] = new("log", 10, [v]);
        t[(int)ScriptOp.Random] = new("random", 10, [x]);
        t[(int)ScriptOp.Time] = new("time", 10, [x]);
        t[(int)ScriptOp.Gas] = new("gas", 5, [x]);
        t[(int)ScriptOp.Arrived] = new("arrived", 10, [x, x]);
        t[(int)ScriptOp.Bind] = new("bind", 10, [v, v]);
        t[(int)ScriptOp.Unbind] = new("unbind", 10, [v]);
        t[(int)ScriptOp.Open] = new("open", 10, [v]);
        t[(int)ScriptOp.Revoke] = new("revoke", 10, [v]);
        t[(int)ScriptOp.Schedule] = new("schedule", 10, [v, v, v, ScriptOperand.After, ScriptOperand.Every, gas]);
        t[(int)ScriptOp.Unschedule] = new("unschedule", 10, [v]);
        return t;
    }
}
