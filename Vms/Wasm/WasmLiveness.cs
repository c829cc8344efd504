using System.Numerics;

namespace Granary.Vms.Wasm;

/// <summary>
/// Which locals a frame still needs at its safe points: those that some path reads before it writes them. The others
/// are saved as zero, so that compiled code need not keep them.
/// </summary>
internal static class WasmLiveness
{
    /// <summary>More rounds over the steps than loops nest in real code; then every local counts as needed.</summary>
    private const int RoundsMax = 64;

    /// <summary>For each step of a safe point, a bit for each local; null when all locals are needed.</summary>
    public static Dictionary<int, ulong[]>? At(WasmStep[] steps, int locals, IEnumerable<WasmPoint> points)
    {
        if (locals == 0 || locals > WasmCompiler.SlotsMax || steps.Length > WasmCompiler.StepsMax)
        {
            return null;
        }
        bool[] targets = WasmStepFlow.Targets(steps);
        foreach (WasmPoint point in points)
        {
            targets[point.Step] = true;
        }
        int words = (locals + 63) / 64;
        Dictionary<int, ulong[]> needed = [];
        for (int i = 0; i < steps.Length; i++)
        {
            if (targets[i])
            {
                needed.Add(i, new ulong[words]);
            }
        }
        ulong[] now = new ulong[words];
        for (int round = 0; round < RoundsMax; round++)
        {
            Array.Clear(now);
            bool changed = false;
            for (int i = steps.Length - 1; i >= 0; i--)
            {
                Before(steps, i, now, locals, needed);
                if (targets[i] && !needed[i].AsSpan().SequenceEqual(now))
                {
                    now.CopyTo(needed[i], 0);
                    changed = true;
                }
            }
            if (!changed)
            {
                return needed;
            }
        }
        return null;
    }

    public static bool Contains(ulong[]? needed, int local) =>
        needed is null || (needed[local / 64] >> (local % 64) & 1) != 0;

    public static int Count(ulong[]? needed, int locals) =>
        needed is null ? locals : needed.Sum(w => BitOperations.PopCount(w));

    /// <summary>From what is needed after a step to what is needed before it.</summary>
    private static void Before(
        WasmStep[] steps, int at, ulong[] now, int locals, Dictionary<int, ulong[]> needed)
    {
        ref readonly WasmStep step = ref steps[at];
        switch (step.Op)
        {
            case WasmStepOp.Jump:
                needed[step.A].CopyTo(now, 0);
                return;
            case WasmStepOp.JumpTable:
                Array.Clear(now);
                for (int i = at + 1; i <= at + 1 + step.B; i++)
                {
                    Add(now, needed[i]);
                }
                Use(step.A);
                return;
            case WasmStepOp.JumpIf or WasmStepOp.JumpIfNot:
                Add(now, needed[step.A]);
                Use(step.B);
                return;
            case >= WasmStepOp.JumpIfEq:
                Add(now, needed[step.A]);
                Use(step.B);
                Use(step.C);
                return;
            case WasmStepOp.Return or WasmStepOp.ReturnMany or (WasmStepOp)WasmOp.Unreachable:
                // Several results lie in operands.
                Array.Clear(now);
                return;
            case WasmStepOp.ReturnOne:
                Array.Clear(now);
                Use(step.A);
                return;
            case WasmStepOp.TakeIfNot:
                // Keeps what is there otherwise.
                Use(step.A);
                Use(step.B);
                Use(step.C);
                return;
            case WasmStepOp.CallTable:
                Use(step.A);
                return;
        }
        if (WasmStepFlow.WritesSlot(step) && step.A < locals)
        {
            now[step.A / 64] &= ~(1UL << (step.A % 64));
        }
        (int first, int second) = WasmStepFlow.ReadSlots(step);
        Use(first);
        Use(second);

        void Use(int slot)
        {
            if (slot >= 0 && slot < locals)
            {
                now[slot / 64] |= 1UL << (slot % 64);
            }
        }
    }

    private static void Add(ulong[] to, ulong[] from)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] |= from[i];
        }
    }
}
