namespace Granary.Simulation;

/// <summary>One operation on a register as its client saw it.</summary>
/// <param name="Expected">For a compare-and-set: what must be there.</param>
/// <param name="Result">What a read gave, or 1 when a compare-and-set did set; null when nobody knows.</param>
internal sealed record RegisterOperation(
    RegisterVerb Verb, long Value, long Expected, long? Result, long Began, long Ended);

internal enum RegisterVerb
{
    Read,
    Write,
    CompareAndSet,
}

/// <summary>
/// Whether a history could be that of one register which did everything at one instant each, between its begin and its
/// end (Wing and Gong, with the states that were tried remembered, after Lowe). An operation without a known end may
/// have happened at any time after its begin, or never.
/// </summary>
internal static class RegisterCheck
{
    /// <summary>What a set of bits can hold.</summary>
    public const int OperationsMax = 64;

    public static bool IsLinearizable(IReadOnlyList<RegisterOperation> history, long initial)
    {
        if (history.Count > OperationsMax)
        {
            throw new ArgumentException($"At most {OperationsMax} operations.", nameof(history));
        }
        // A read that nobody heard of says nothing.
        RegisterOperation[] operations =
            [.. history.Where(o => o.Verb != RegisterVerb.Read || o.Result is not null).OrderBy(o => o.Began)];
        ulong known = 0;
        for (int i = 0; i < operations.Length; i++)
        {
            known |= operations[i].Result is null ? 0 : 1UL << i;
        }
        HashSet<(ulong Done, long Value)> tried = [];
        Stack<(ulong Done, long Value)> open = new([(0, initial)]);
        while (open.TryPop(out (ulong Done, long Value) state))
        {
            if ((state.Done & known) == known)
            {
                return true;
            }
            // Nothing may come before an operation that had ended when it began.
            long horizon = long.MaxValue;
            for (int i = 0; i < operations.Length; i++)
            {
                if ((state.Done & (1UL << i)) == 0)
                {
                    horizon = Math.Min(horizon, operations[i].Ended);
                }
            }
            for (int i = 0; i < operations.Length && operations[i].Began <= horizon; i++)
            {
                if ((state.Done & (1UL << i)) == 0 && Apply(operations[i], state.Value) is { } value
                    && tried.Add((state.Done | (1UL << i), value)))
                {
                    open.Push((state.Done | (1UL << i), value));
                }
            }
        }
        return false;
    }

    /// <summary>The value afterwards; null when the operation could not have gone like this.</summary>
    private static long? Apply(RegisterOperation operation, long value)
    {
        switch (operation.Verb)
        {
            case RegisterVerb.Read:
                return operation.Result == value ? value : null;
            case RegisterVerb.Write:
                return operation.Value;
            default:
                bool sets = value == operation.Expected;
                return operation.Result is { } result && result != (sets ? 1 : 0) ? null
                    : sets ? operation.Value : value;
        }
    }
}
