namespace Granary.Vms.Mcs51;

/// <summary>
/// The serial port. Bytes take the time that the baud rate says, in machine cycles; what is sent is gathered in lines,
/// what is received waits in a queue.
/// </summary>
internal sealed class Mcs51Serial(Mcs51State state, Mcs51Timers timers)
{
    /// <summary>A longer line of output is cut into pieces of this size.</summary>
    public const int LineBytesMax = 256;

    /// <summary>The most input that waits; a message that does not fit is refused.</summary>
    public const int InputBytesMax = 1 << 16;

    /// <summary>The most output of one message that is kept for its reply.</summary>
    public const int ReplyBytesMax = 1 << 14;

    /// <summary>No time is known at which it happens.</summary>
    public const long Never = -1;

    private readonly byte[] _chip = state.Chip;

    /// <summary>What reading SBUF gives: the byte that came last.</summary>
    public byte Received { get; set; }

    /// <summary>True from a write to SBUF until TI says that the byte is out.</summary>
    public bool IsSending { get; set; }

    /// <summary>When the byte being sent is out; <see cref="Never"/> while there is no baud rate.</summary>
    public long SentAt { get; set; } = Never;

    /// <summary>When the next byte may come in.</summary>
    public long NextInputAt { get; set; }

    /// <summary>Output since the last line end.</summary>
    public List<byte> Line { get; } = [];

    /// <summary>Output since the present message came.</summary>
    public List<byte> Reply { get; } = [];

    /// <summary>Input that has not come in yet.</summary>
    public Queue<byte> Input { get; } = new();

    /// <summary>True when nothing that the machine does can make RI rise: it needs a message.</summary>
    public bool IsStarved => Input.Count == 0
        && (_chip[Mcs51Registers.Scon] & (Mcs51Registers.SconRen | Mcs51Registers.SconRi)) == Mcs51Registers.SconRen;

    /// <summary>Sets TI and RI when their time has come.</summary>
    public void Sync()
    {
        if (IsSending && SentAt == Never)
        {
            SentAt = After(FrameCycles);
        }
        if (IsSending && SentAt != Never && state.Clock >= SentAt)
        {
            IsSending = false;
            SentAt = Never;
            _chip[Mcs51Registers.Scon] |= Mcs51Registers.SconTi;
        }
        bool isOpen = (_chip[Mcs51Registers.Scon] & (Mcs51Registers.SconRen | Mcs51Registers.SconRi))
            == Mcs51Registers.SconRen;
        if (isOpen && Input.Count > 0 && state.Clock >= NextInputAt && FrameCycles > 0)
        {
            Received = Input.Dequeue();
            _chip[Mcs51Registers.Scon] |= Mcs51Registers.SconRi;
        }
    }

    /// <summary>The program has cleared RI: whoever sends waited for that, and the next byte takes its time.</summary>
    public void DelayInput() => NextInputAt = state.Clock + FrameCycles;

    public void Send(byte value)
    {
        Line.Add(value);
        if (Reply.Count < ReplyBytesMax)
        {
            Reply.Add(value);
        }
        IsSending = true;
        SentAt = After(FrameCycles);
    }

    /// <summary>True when a piece of output is complete and must be printed before the machine goes on.</summary>
    public bool HasLine => Line.Count > 0 && (Line[^1] == (byte)'\n' || Line.Count >= LineBytesMax);

    /// <summary>Puts a message's bytes behind what waits already; false when they are too many.</summary>
    public bool TryReceive(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > InputBytesMax - Input.Count)
        {
            return false;
        }
        foreach (byte value in bytes)
        {
            Input.Enqueue(value);
        }
        return true;
    }

    /// <summary>As at power-up.</summary>
    public void Clear()
    {
        Received = 0;
        IsSending = false;
        SentAt = Never;
        NextInputAt = 0;
        Line.Clear();
        Reply.Clear();
        Input.Clear();
    }

    private long After(long cycles) => cycles == 0 ? Never : state.Clock + cycles;

    // Ten or eleven bits at the baud rate; 0 when there is none because timer 1 stands still.
    private long FrameCycles
    {
        get
        {
            bool isDouble = (_chip[Mcs51Registers.Pcon] & Mcs51Registers.PconSmod) != 0;
            int overflowsPerBit = isDouble ? 16 : 32;
            return (_chip[Mcs51Registers.Scon] >> 6) switch
            {
                0 => 8,
                1 => 10 * overflowsPerBit * timers.Timer1Period,
                2 => isDouble ? 30 : 59, // 11 bits of 32 or 64 clocks, 12 clocks a cycle
                _ => 11 * overflowsPerBit * timers.Timer1Period,
            };
        }
    }
}
