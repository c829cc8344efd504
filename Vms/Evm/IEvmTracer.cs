namespace Granary.Vms.Evm;

/// <summary>Watches a run. The loop is compiled for each kind of tracer, so that none costs nothing.</summary>
internal interface IEvmTracer
{
    static abstract bool IsOn { get; }

    /// <summary>The top frame is about to run the instruction at its program counter.</summary>
    void Step(ref EvmRun run);
}

/// <summary>Nobody watches.</summary>
internal readonly struct EvmNoTracer : IEvmTracer
{
    public static bool IsOn => false;

    public void Step(ref EvmRun run)
    {
    }
}
