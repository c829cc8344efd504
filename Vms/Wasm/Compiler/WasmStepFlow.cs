namespace Granary.Vms.Wasm;

/// <summary>What can be said of steps without running them.</summary>
internal static class WasmStepFlow
{
    /// <summary>Functions with more distinct globals take each from the machine when they use it.</summary>
    private const int CachedGlobalsMax = 8;

    /// <summary>How far ahead the consumer of a float is looked for.</summary>
    private const int LookAhead = 24;

    /// <summary>Steps that are jumped to, or at which a frame goes on.</summary>
    public static bool[] Targets(WasmStep[] steps)
    {
        bool[] targets = new bool[steps.Length + 1];
        for (int i = 0; i < steps.Length; i++)
        {
            WasmStepOp op = steps[i].Op;
            if (IsJump(op))
            {
                targets[steps[i].A] = true;
            }
            else if (op == WasmStepOp.JumpTable)
            {
                targets.AsSpan(i + 1, steps[i].B + 1).Fill(true);
            }
            else if (op == WasmStepOp.LoopHead)
            {
                targets[i] = true;
            }
            else if (IsCall(op))
            {
                targets[i + 1] = true;
            }
        }
        return targets;
    }

    public static bool IsJump(WasmStepOp op) =>
        op is WasmStepOp.Jump or WasmStepOp.JumpIf or WasmStepOp.JumpIfNot or >= WasmStepOp.JumpIfEq;

    public static bool IsCall(WasmStepOp op) =>
        op is WasmStepOp.CallFunction or WasmStepOp.CallImport or WasmStepOp.CallTable;

    public static bool IsAccess(WasmStepOp op) =>
        op is >= (WasmStepOp)WasmOp.I32Load and <= (WasmStepOp)WasmOp.I64Store32;

    public static bool UsesMemory(WasmStep[] steps) => steps.Any(s => IsAccess(s.Op));

    public static int CountTrapping(WasmStep[] steps) => steps.Count(s => IsAccess(s.Op)
        || (s.Op < WasmStepOp.Move && WasmOpcodes.Info((WasmOp)s.Op).Gas is > 1 and < 50));

    public static IReadOnlyList<int> Globals(WasmStep[] steps)
    {
        SortedSet<int> globals = [];
        foreach (WasmStep step in steps)
        {
            if (step.Op is (WasmStepOp)WasmOp.GlobalGet or (WasmStepOp)WasmOp.GlobalSet)
            {
                globals.Add(step.Op == (WasmStepOp)WasmOp.GlobalGet ? step.B : step.A);
            }
        }
        return globals.Count <= CachedGlobalsMax ? [.. globals] : [];
    }

    /// <summary>
    /// True when the operand made by step <paramref name="at"/> goes into nothing but arithmetic, in which one NaN is
    /// as
    /// good as another.
    /// </summary>
    public static bool FeedsArithmetic(WasmFunctionCode code, bool[] targets, int at)
    {
        int slot = code.Steps[at].A;
        if (slot < code.FirstOperand)
        {
            return false;
        }
        for (int i = at + 1; i < Math.Min(code.Steps.Length, at + LookAhead) && !targets[i]; i++)
        {
            ref readonly WasmStep step = ref code.Steps[i];
            if (step.Op >= WasmStepOp.Move)
            {
                if (step.Op is WasmStepOp.Constant or WasmStepOp.Gas
                    || (step.Op == WasmStepOp.Move && step.B != slot))
                {
                    continue;
                }
                return false;
            }
            bool store = step.Op is >= (WasmStepOp)WasmOp.I32Store and <= (WasmStepOp)WasmOp.I64Store32;
            bool binary = WasmOpcodes.Info((WasmOp)step.Op).Signature is [not '*', not ':', ':', ..];
            if (step.B == slot || (store && step.A == slot) || (binary && step.C == slot))
            {
                return IsFloatArithmetic((WasmOp)step.Op);
            }
            if (!IsPlain((WasmOp)step.Op))
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>
    /// Float locals that only arithmetic and constants write: their NaN is made canonical when its bits are looked at,
    /// which in loops is rarer than writing.
    /// </summary>
    public static bool[] LateCanonical(WasmFunctionCode code)
    {
        WasmType[] locals = code.Function.Locals;
        bool[] late = [.. locals.Select((type, i) =>
            type is WasmType.F32 or WasmType.F64 && i >= code.Function.Type.Parameters.Length)];
        foreach (ref readonly WasmStep step in code.Steps.AsSpan())
        {
            if (WritesSlot(step) && step.A < locals.Length && late[step.A])
            {
                late[step.A] = step.Op < WasmStepOp.Move && MakesNaN((WasmOp)step.Op);
            }
        }
        return late;
    }

    /// <summary>Slots that a step without jump or call reads one by one; -1 for none. What lies in a row are operands.
    /// </summary>
    public static (int First, int Second) ReadSlots(in WasmStep step)
    {
        if (step.Op >= WasmStepOp.Move)
        {
            return (step.Op == WasmStepOp.Move ? step.B : -1, -1);
        }
        WasmOp op = (WasmOp)step.Op;
        switch (op)
        {
            case WasmOp.GlobalSet or WasmOp.RefIsNull or WasmOp.TableGet or WasmOp.MemoryGrow:
                return (step.B, -1);
            case WasmOp.TableSet:
                return (step.A, step.B);
            case WasmOp.TableGrow:
                return (step.B, step.C);
        }
        string signature = WasmOpcodes.Info(op).Signature;
        if (signature[0] == '*')
        {
            return (-1, -1);
        }
        return (signature.IndexOf(':', StringComparison.Ordinal), signature[^1] == ':') switch
        {
            (1, _) => (step.B, -1),
            // A store.
            (2, true) => (step.A, step.B),
            (2, _) => (step.B, step.C),
            _ => (-1, -1),
        };
    }

    /// <summary>Steps whose A is the slot of their result; stores and jumps use it for something else.</summary>
    public static bool WritesSlot(in WasmStep step)
    {
        if (step.Op >= WasmStepOp.Move)
        {
            return step.Op is WasmStepOp.Move or WasmStepOp.Constant or WasmStepOp.TakeIfNot or WasmStepOp.MoveMany;
        }
        WasmOp op = (WasmOp)step.Op;
        string signature = WasmOpcodes.Info(op).Signature;
        return op is WasmOp.GlobalGet or WasmOp.TableGet or WasmOp.TableGrow or WasmOp.RefIsNull or WasmOp.RefFunc
            || (signature[0] != '*' && signature[^1] != ':');
    }

    /// <summary>Instructions whose NaN results must be made canonical before anything can see their bits.</summary>
    public static bool MakesNaN(WasmOp op) =>
        op is (>= WasmOp.F32Ceil and < WasmOp.F32Copysign) or (>= WasmOp.F64Ceil and < WasmOp.F64Copysign)
            or WasmOp.F32DemoteF64 or WasmOp.F64PromoteF32;

    /// <summary>Float instructions whose result does not show which NaN they were given.</summary>
    public static bool IsFloatArithmetic(WasmOp op) =>
        op is (>= WasmOp.F32Eq and <= WasmOp.F64Ge)
            or (>= WasmOp.F32Ceil and < WasmOp.F32Copysign) or (>= WasmOp.F64Ceil and < WasmOp.F64Copysign)
            or WasmOp.F32DemoteF64 or WasmOp.F64PromoteF32;

    private static bool IsPlain(WasmOp op) => WasmOpcodes.Info(op).Signature[0] != '*'
        && op is not (WasmOp.MemoryInit or WasmOp.MemoryCopy or WasmOp.MemoryFill or WasmOp.TableInit
            or WasmOp.TableCopy or WasmOp.MemoryGrow);
}
