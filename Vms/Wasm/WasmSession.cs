namespace Granary.Vms.Wasm;

/// <summary>What a machine is doing. Stored in snapshots: numbers never change.</summary>
internal enum WasmPhase : byte
{
    /// <summary>No message is being handled.</summary>
    Idle = 0,
    Running = 1,

    /// <summary>An imported function waits for its answer.</summary>
    Waiting = 2,

    /// <summary>The message names no entry point: the next run traps.</summary>
    Refused = 3,
}

/// <summary>What runs of a message: a fresh machine first runs its start functions. Numbers never change.</summary>
internal enum WasmStage : byte
{
    /// <summary>The function of the start section.</summary>
    Start = 0,

    /// <summary>The export <c>_initialize</c> of a WASI reactor.</summary>
    Initialize = 1,

    /// <summary>The entry point that the message names.</summary>
    Entry = 2,
}

/// <summary>What an imported function waits for. Numbers never change.</summary>
internal enum WasmWait : byte
{
    None = 0,
    Sleep = 1,
    Receive = 2,
    Await = 3,

    /// <summary>Sleeps in a call that has a result.</summary>
    Poll = 4,
}

/// <summary>
/// The message in hand and how far the machine is with it: the part of a machine that WebAssembly does not know.
/// </summary>
internal sealed class WasmSession
{
    public WasmPhase Phase { get; set; }

    public WasmStage Stage { get; set; }

    /// <summary>The start functions have ended well, in this message or an earlier one.</summary>
    public bool Initialized { get; set; }

    public WasmWait Wait { get; set; }

    /// <summary>Milliseconds (below zero: for ever), or the number of the call.</summary>
    public long WaitArgument { get; set; }

    /// <summary>The entry point that the message names; also when there is none of that name.</summary>
    public string Entry { get; set; } = "";

    public string Sender { get; set; } = "";

    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>How much of the payload was read as standard input.</summary>
    public int InputRead { get; set; }

    public ReadOnlyMemory<byte> Output { get; set; }

    /// <summary>Names of ports that go with the next message or reply.</summary>
    public List<string> Attached { get; } = [];

    /// <summary>The payload of the last reply that was awaited.</summary>
    public ReadOnlyMemory<byte> Answer { get; set; }

    /// <summary>Open descriptors of WASI, which stay between messages; null until the program first uses one.</summary>
    public WasiDescriptors? Descriptors { get; set; }

    public void Clear()
    {
        Phase = WasmPhase.Idle;
        Stage = WasmStage.Start;
        Wait = WasmWait.None;
        WaitArgument = 0;
        Entry = "";
        Sender = "";
        Payload = default;
        InputRead = 0;
        Output = default;
        Answer = default;
        Attached.Clear();
    }

    public void Take(VmEntry message)
    {
        Entry = message.Name;
        Sender = message.Sender;
        Payload = message.Payload;
        InputRead = 0;
        Output = default;
        Answer = default;
    }

    public HostRequest Request() => Wait switch
    {
        WasmWait.Sleep or WasmWait.Poll => new HostRequest.Sleep(WaitArgument),
        WasmWait.Receive => new HostRequest.Receive(WaitArgument < 0 ? null : WaitArgument),
        WasmWait.Await => new HostRequest.AwaitReply((ulong)WaitArgument),
        _ => throw new InvalidOperationException("The machine waits for nothing."),
    };
}
