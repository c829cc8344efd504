namespace Granary.Vms.Wasm;

/// <summary>How an imported function ended.</summary>
internal enum WasmCallResult : byte
{
    /// <summary>The results are in place.</summary>
    Done,

    /// <summary>The machine waits for an answer of the host.</summary>
    Suspended,

    /// <summary>The message is over: the program said so.</summary>
    Ended,

    /// <summary>The trap is noted in the state.</summary>
    Trapped,
}

/// <summary>Performs the imported functions of a machine.</summary>
internal interface IWasmHostCalls
{
    /// <summary>
    /// Calls an import. Arguments begin at <paramref name="slot"/> of the state and results go there. What was spent of
    /// <see cref="WasmState.Gas"/> is settled before, and the rest set anew after.
    /// </summary>
    WasmCallResult Call(WasmState state, int import, int slot);

    /// <summary>Calls a function that a table holds for another machine.</summary>
    WasmCallResult CallForeign(WasmState state, ulong reference, WasmFuncType type, int slot);
}
