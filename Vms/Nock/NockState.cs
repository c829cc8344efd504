namespace Granary.Vms.Nock;

/// <summary>Where an evaluation stands. Stored: numbers never change.</summary>
internal enum NockMode : byte
{
    /// <summary>Nothing is evaluated.</summary>
    Idle = 0,

    /// <summary><see cref="NockState.Formula"/> is to be evaluated on <see cref="NockState.Subject"/>.</summary>
    Evaluate = 1,

    /// <summary><see cref="NockState.Product"/> goes to the frame that waits, or is the end.</summary>
    Return = 2,

    /// <summary>The product of a hint that prints, <see cref="NockState.Product"/>, is to be printed.</summary>
    Puts = 3,

    /// <summary>A scry waits for its answer; <see cref="NockState.Product"/> is the path.</summary>
    Scry = 4,
}

/// <summary>One evaluation: its stack, its registers and its counters.</summary>
internal sealed class NockState(NockLimits limits)
{
    private const int FramesFirst = 16;

    /// <summary>The stack, the innermost last.</summary>
    public NockFrame[] Frames = new NockFrame[FramesFirst];

    public int Depth;

    public NockMode Mode;

    public Noun Subject = Atom.Zero;

    public Noun Formula = Atom.Zero;

    public Noun Product = Atom.Zero;

    /// <summary>Anoma's meter: entries into the evaluator, those with operators 9 and 12 not counted, jets at their
    /// price.</summary>
    public long Meter;

    /// <summary>Formulas with operator 9.</summary>
    public long Nines;

    /// <summary>Formulas with operator 12.</summary>
    public long Scries;

    /// <summary>Units of memory allocated, and what was alive at the last sweep.</summary>
    public long Allocated;

    /// <summary>The allocation at which the living nouns are counted next.</summary>
    public long SweepAt = limits.SweepUnits;

    public NockLimits Limits { get; } = limits;

    /// <summary>Begins an evaluation; the counters go on.</summary>
    public void Begin(Noun subject, Noun formula)
    {
        Depth = 0;
        Mode = NockMode.Evaluate;
        (Subject, Formula, Product) = (subject, formula, Atom.Zero);
    }

    /// <summary>Where the interpreter leaves off.</summary>
    public void Leave(NockMode mode, Noun subject, Noun formula, Noun product, int depth)
    {
        (Mode, Subject, Formula, Product, Depth) = (mode, subject, formula, product, depth);
    }

    /// <summary>Lets go of what was evaluated; the counters go on.</summary>
    public void Clear()
    {
        Begin(Atom.Zero, Atom.Zero);
        Mode = NockMode.Idle;
        Frames = new NockFrame[FramesFirst];
    }

    /// <summary>Makes room for more frames; false when there are as many as may be.</summary>
    public bool Grow()
    {
        if (Frames.Length >= Limits.DepthMax)
        {
            return false;
        }
        Array.Resize(ref Frames, Math.Min(Frames.Length * 2, Limits.DepthMax));
        return true;
    }

    /// <summary>The product of the hint was printed: on with the formula behind it.</summary>
    public void PutsDone()
    {
        ref NockFrame frame = ref Frames[Depth - 1];
        frame.Wait = NockWait.HintEnd;
        (Subject, Formula, Mode) = (frame.A, frame.Formula.C, NockMode.Evaluate);
    }

    /// <summary>The value that a scry found.</summary>
    public void Answer(Noun value)
    {
        Depth--;
        (Product, Mode) = (value, NockMode.Return);
    }

    /// <summary>
    /// Counts what is alive when enough was allocated since the last time; false when it is too much. Where that
    /// happens depends on the evaluation alone: sharing is part of what is saved.
    /// </summary>
    public bool Sweep()
    {
        if (Allocated < SweepAt)
        {
            return true;
        }
        NounCensus census = new();
        census.Add(Subject);
        census.Add(Formula);
        census.Add(Product);
        for (int i = 0; i < Depth; i++)
        {
            census.Add(Frames[i].A);
            census.Add(Frames[i].Formula.Noun);
        }
        // Frames that are done with would keep their nouns alive beyond what is counted.
        Array.Clear(Frames, Depth, Frames.Length - Depth);
        Allocated = census.Units;
        SweepAt = Allocated + Limits.SweepUnits;
        return Allocated <= Limits.LivingUnitsMax;
    }
}
