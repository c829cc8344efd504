namespace Granary.Vms.Evm;

/// <summary>Everything of a machine that is saved: frames with their shared stack and memory, the world as the
/// transaction sees it, and the job that all this is for.</summary>
internal sealed class EvmState
{
    public const int StackWordsMax = 1_024;

    /// <summary>A frame at this depth calls nobody.</summary>
    public const int DepthMax = 1_024;

    private const int MemoryBytesFirst = 4 << 10;

    private readonly List<EvmFrame> _frames = [];
    private byte[] _returnData = [];

    public EvmState(EvmRules rules, EvmWord chainId, VmLimits limits)
    {
        Rules = rules;
        ChainId = chainId;
        // The stacks of all depths together cannot pass the other half of the default.
        MemoryBytesMax = (int)Math.Min(limits.SnapshotBytesMax / 8, 1 << 30);
        WorldBytesMax = limits.SnapshotBytesMax / 4;
        LogBytesMax = (int)Math.Min(limits.SnapshotBytesMax / 16, 1 << 30);
    }

    public EvmRules Rules { get; }

    public EvmWord ChainId { get; }

    /// <summary>The memory of all frames together.</summary>
    public int MemoryBytesMax { get; }

    /// <summary>Accounts, slots, changes and code that a transaction may touch.</summary>
    public long WorldBytesMax { get; }

    public int LogBytesMax { get; }

    public EvmJob Job { get; } = new();

    public EvmBlock Block { get; set; } = new();

    public EvmAddress Origin { get; set; }

    public EvmWord GasPrice { get; set; }

    public EvmWord[] BlobHashes { get; set; } = [];

    public EvmWorld World { get; set; } = new(0);

    public List<EvmLog> Logs { get; } = [];

    public int LogBytes { get; private set; }

    public long Refund { get; set; }

    /// <summary>Frames under way.</summary>
    public int Depth { get; private set; }

    public EvmFrame Top => _frames[Depth - 1];

    /// <summary>The words of all stacks, each frame's behind its caller's.</summary>
    public EvmWord[] Stack { get; private set; } = new EvmWord[StackWordsMax];

    /// <summary>The memories of all frames, each behind its caller's. What is beyond the top frame's end is garbage.
    /// </summary>
    public byte[] Memory { get; private set; } = new byte[MemoryBytesFirst];

    /// <summary>What the last call returned to the top frame.</summary>
    public ReadOnlySpan<byte> ReturnData => _returnData.AsSpan(0, ReturnDataLength);

    public int ReturnDataLength { get; private set; }

    /// <summary>How the outermost frame ended.</summary>
    public EvmFailure Outcome { get; set; }

    public long OutcomeGas { get; set; }

    public EvmFrame FrameAt(int index) => _frames[index];

    /// <summary>Begins a frame behind the present one, with nothing on its stack and in its memory.</summary>
    public EvmFrame Push()
    {
        int stackBase = 0;
        int memoryBase = 0;
        if (Depth > 0)
        {
            stackBase = Top.StackBase + Top.StackWords;
            memoryBase = Top.MemoryEnd;
        }
        if (_frames.Count == Depth)
        {
            _frames.Add(new EvmFrame());
        }
        Depth++;
        EvmFrame frame = Top;
        frame.StackBase = stackBase;
        frame.MemoryBase = memoryBase;
        frame.Height = frame.MemorySize = frame.Pc = 0;
        if (Stack.Length < stackBase + StackWordsMax)
        {
            EvmWord[] larger = new EvmWord[Math.Max(2 * Stack.Length, stackBase + StackWordsMax)];
            Array.Copy(Stack, larger, stackBase);
            Stack = larger;
        }
        return frame;
    }

    public void Pop()
    {
        Depth--;
        // The code may be large and is in the world as long as it is needed.
        _frames[Depth].Code = EvmCode.Empty;
    }

    /// <summary>Gives the top frame more memory, zeroed; false when the machine would hold too much.</summary>
    public bool TryGrowMemory(int size)
    {
        EvmFrame frame = Top;
        int end = frame.MemoryEnd;
        if (size > MemoryBytesMax - frame.MemoryBase)
        {
            return false;
        }
        int newEnd = frame.MemoryBase + size;
        EnsureMemory(newEnd, end);
        Memory.AsSpan(end, newEnd - end).Clear();
        frame.MemorySize = size;
        return true;
    }

    /// <summary>Puts bytes in front of the outermost frame's memory: the input of a transaction.</summary>
    public void SetInput(ReadOnlySpan<byte> input)
    {
        EnsureMemory(input.Length, 0);
        input.CopyTo(Memory);
    }

    public void SetReturnData(ReadOnlySpan<byte> data)
    {
        if (_returnData.Length < data.Length)
        {
            _returnData = new byte[Math.Max(data.Length, 2 * _returnData.Length)];
        }
        data.CopyTo(_returnData);
        ReturnDataLength = data.Length;
    }

    /// <summary>Takes over the memory of all frames, which have their sizes already.</summary>
    /// <exception cref="SnapshotFormatException">It is of another size.</exception>
    public void SetMemory(byte[] memory)
    {
        if (memory.Length != Top.MemoryEnd)
        {
            throw new SnapshotFormatException("The memory is not as large as its frames say.");
        }
        EnsureMemory(memory.Length, 0);
        memory.CopyTo(Memory, 0);
    }

    /// <summary>False when the machine would hold too much.</summary>
    public bool TryAddLog(EvmLog log)
    {
        int bytes = log.Data.Length + (EvmWord.Bytes * log.Topics.Length) + EvmAddress.Bytes;
        if (bytes > LogBytesMax - LogBytes)
        {
            return false;
        }
        Logs.Add(log);
        LogBytes += bytes;
        return true;
    }

    /// <summary>Forgets the logs from an index on.</summary>
    public void DropLogs(int from)
    {
        for (int i = Logs.Count - 1; i >= from; i--)
        {
            EvmLog log = Logs[i];
            LogBytes -= log.Data.Length + (EvmWord.Bytes * log.Topics.Length) + EvmAddress.Bytes;
        }
        Logs.RemoveRange(from, Logs.Count - from);
    }

    /// <summary>Ends a transaction: nothing of it stays but what was written.</summary>
    public void ClearTransaction(ulong seed)
    {
        World = new EvmWorld(seed);
        DropLogs(0);
        Refund = 0;
        while (Depth > 0)
        {
            Pop();
        }
        SetReturnData([]);
        BlobHashes = [];
        (Outcome, OutcomeGas) = (EvmFailure.None, 0);
    }

    private void EnsureMemory(int bytes, int kept)
    {
        if (Memory.Length < bytes)
        {
            // Whoever makes memory clears it: earlier frames were here.
            byte[] larger = GC.AllocateUninitializedArray<byte>(
                Math.Max(bytes, (int)Math.Min(2L * Memory.Length, MemoryBytesMax)));
            Memory.AsSpan(0, kept).CopyTo(larger);
            Memory = larger;
        }
    }
}
