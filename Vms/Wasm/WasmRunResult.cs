namespace Granary.Vms.Wasm;

/// <summary>How a run of frames ended.</summary>
internal enum WasmRunResult : byte
{
    /// <summary>The frames returned; the results are where the first of them began.</summary>
    Returned,

    /// <summary>The gas given is spent; the frames wait at safe points.</summary>
    GasSpent,

    /// <summary>An imported function waits for the host.</summary>
    Suspended,

    /// <summary>An imported function ended the message.</summary>
    Ended,

    /// <summary>The trap is noted in the state.</summary>
    Trapped,

    /// <summary>The topmost frame is one that another form runs.</summary>
    Dispatch,

    /// <summary>The calls nest too deep for the thread's stack; all frames are on the heap now.</summary>
    ThreadStackSpent,
}
