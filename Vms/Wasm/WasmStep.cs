namespace Granary.Vms.Wasm;

/// <summary>
/// The operations of translated code. Those below 256 are the opcodes of the same number; operands are slots of the
/// frame.
/// </summary>
internal enum WasmStepOp : ushort
{
    /// <summary>A = B.</summary>
    Move = 256,

    /// <summary>A = the constant in B (low half) and C.</summary>
    Constant,

    /// <summary>C slots from B to A, upwards.</summary>
    MoveMany,

    /// <summary>Takes A gas.</summary>
    Gas,

    /// <summary>The head of a loop: a safe point with number B, then takes A gas.</summary>
    LoopHead,

    /// <summary>To step A.</summary>
    Jump,

    /// <summary>To step A when B is not zero.</summary>
    JumpIf,

    /// <summary>To step A when B is zero.</summary>
    JumpIfNot,

    /// <summary>To the step after this one plus the lesser of A and the count B.</summary>
    JumpTable,

    /// <summary>Calls function A of the module; arguments and results begin at B; safe point C.</summary>
    CallFunction,

    /// <summary>Calls imported function A; arguments and results begin at B; safe point C.</summary>
    CallImport,

    /// <summary>Calls what the table holds at A; arguments and results begin at B; safe point C.</summary>
    CallTable,

    /// <summary>Ends the function without a result.</summary>
    Return,

    /// <summary>Ends the function with the result in A.</summary>
    ReturnOne,

    /// <summary>Ends the function with B results from A.</summary>
    ReturnMany,

    /// <summary>A = C when B is zero.</summary>
    TakeIfNot,

    /// <summary>To step A when B and C (i32) compare so.</summary>
    JumpIfEq,
    JumpIfNe,
    JumpIfLtS,
    JumpIfLtU,
    JumpIfGtS,
    JumpIfGtU,
    JumpIfLeS,
    JumpIfLeU,
    JumpIfGeS,
    JumpIfGeU,
}

/// <summary>One step of translated code, 16 bytes.</summary>
internal struct WasmStep
{
    public WasmStepOp Op;

    /// <summary>The type of what a move or jump handles, for the compiler.</summary>
    public WasmType Type;

    public int A;
    public int B;
    public int C;

    public readonly ulong Constant => (uint)B | (ulong)(uint)C << 32;
}

/// <summary>
/// A safe point: the head of a loop, or a call, in the order of the code. A frame waits at one of them.
/// </summary>
internal sealed class WasmPoint
{
    /// <summary>Offset of the loop or call in the code: how snapshots name it.</summary>
    public required int Offset { get; init; }

    public required bool IsLoop { get; init; }

    /// <summary>The step at which a frame goes on.</summary>
    public required int Step { get; init; }

    /// <summary>Operands that the frame holds there: at a call, those below its arguments.</summary>
    public required int Height { get; init; }

    /// <summary>Types of those operands; null when the function has too many to be compiled.</summary>
    public WasmType[]? Operands { get; init; }

    /// <summary>A bit for each local that is still needed there; null when all are.</summary>
    public ulong[]? NeededLocals { get; set; }

    /// <summary>The function called, or -1 for one out of a table.</summary>
    public int Callee { get; init; } = -1;

    public WasmFuncType? CalleeType { get; init; }

    /// <summary>The table that the function is taken from.</summary>
    public int Table { get; init; }
}

/// <summary>Where the code of a step came from, for the sites of traps.</summary>
internal readonly record struct WasmStepOrigin(int Step, int Offset);

/// <summary>
/// A function ready to run. Its frame has the locals, then the constants, then the operands.
/// </summary>
internal sealed class WasmFunctionCode
{
    public required WasmFunction Function { get; init; }

    /// <summary>Pinned: the interpreter walks it by pointer.</summary>
    public required WasmStep[] Steps { get; init; }

    public required ulong[] Constants { get; init; }

    public required WasmPoint[] Points { get; init; }

    /// <summary>By step, ascending: each covers the steps up to the next.</summary>
    public required WasmStepOrigin[] Origins { get; init; }

    /// <summary>Gas of the first block, and of setting up the frame.</summary>
    public required int EntryGas { get; init; }

    /// <summary>
    /// Gas that the function may still spend in the interpreter before it is worth compiling. Counted by all threads
    /// without care: it decides nothing but speed.
    /// </summary>
    public long Patience;

    /// <summary>Entry of the compiled form that takes over a frame; zero when there is none.</summary>
    public nint ResumeEntry => Volatile.Read(ref _resumeEntry);

    private nint _resumeEntry;

    public void SetResume(nint entry) => Volatile.Write(ref _resumeEntry, entry);

    public int FirstOperand => Function.Locals.Length + Constants.Length;

    /// <summary>Slots of the whole frame.</summary>
    public int Slots => FirstOperand + Function.StackMax;

    /// <summary>Offset in the code of what a step does.</summary>
    public int OffsetOf(int step)
    {
        int low = 0;
        int high = Origins.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Origins[middle].Step <= step)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }
        return Origins[low].Offset;
    }

    /// <summary>The safe point at an offset, or -1.</summary>
    public int FindPoint(int offset)
    {
        int low = 0;
        int high = Points.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (Points[middle].Offset == offset)
            {
                return middle;
            }
            if (Points[middle].Offset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return -1;
    }
}
