namespace Granary.Vms.Mcs51;

/// <summary>
/// Timers 0 and 1, worked out only when somebody looks: their counters move with machine cycles and nothing else.
/// </summary>
/// <remarks>The pins T0, T1, INT0 and INT1 are not connected and read high: a timer that counts a pin stands still, a
/// gated one runs.</remarks>
internal sealed class Mcs51Timers(Mcs51State state)
{
    private const byte ModeBits = 0x03;
    private const byte CountsPin = 0x04;

    private readonly byte[] _chip = state.Chip;

    /// <summary>The clock at which the counters in memory are right.</summary>
    public long SyncedAt { get; set; }

    /// <summary>Brings counters and overflow flags up to the present clock.</summary>
    public void Sync()
    {
        long cycles = state.Clock - SyncedAt;
        SyncedAt = state.Clock;
        if (cycles <= 0)
        {
            return;
        }
        byte tcon = _chip[Mcs51Registers.Tcon];
        bool run0 = (tcon & Mcs51Registers.TconTr0) != 0 && (Mode(0) & CountsPin) == 0;
        bool run1 = (tcon & Mcs51Registers.TconTr1) != 0 && (Mode(1) & CountsPin) == 0;
        if ((Mode(0) & ModeBits) == 3)
        {
            // Timer 0 is two timers of eight bits; the second takes timer 1's run bit and overflow flag.
            Advance(run0, Mcs51Registers.Tl0, -1, 2, cycles, Mcs51Registers.TconTf0);
            Advance((tcon & Mcs51Registers.TconTr1) != 0, Mcs51Registers.Th0, -1, 2, cycles, Mcs51Registers.TconTf1);
            Advance(Runs(1), Mcs51Registers.Tl1, Mcs51Registers.Th1, Mode(1) & ModeBits, cycles, 0);
            return;
        }
        Advance(run0, Mcs51Registers.Tl0, Mcs51Registers.Th0, Mode(0) & ModeBits, cycles, Mcs51Registers.TconTf0);
        Advance(run1, Mcs51Registers.Tl1, Mcs51Registers.Th1, Mode(1) & ModeBits, cycles, Mcs51Registers.TconTf1);
    }

    /// <summary>Machine cycles from one overflow of timer 1 to the next, or 0 when it stands still.</summary>
    public long Timer1Period => !Runs(1) ? 0 : (Mode(1) & ModeBits) switch
    {
        0 => 1 << 13,
        1 => 1 << 16,
        2 => 0x100 - _chip[Mcs51Registers.Th1],
        _ => 0,
    };

    // With timer 0 in mode 3, timer 1 runs whenever it is not in mode 3 itself.
    private bool Runs(int timer)
    {
        bool isOn = (_chip[Mcs51Registers.Tcon] & Mcs51Registers.TconTr1) != 0 || (Mode(0) & ModeBits) == 3;
        return isOn && (Mode(timer) & CountsPin) == 0 && (Mode(timer) & ModeBits) != 3;
    }

    private int Mode(int timer) => _chip[Mcs51Registers.Tmod] >> (4 * timer) & 0x0F;

    private void Advance(bool runs, int low, int high, int mode, long cycles, byte flag)
    {
        if (!runs || (mode == 3))
        {
            return;
        }
        bool overflows;
        if (mode == 2)
        {
            int reload = high >= 0 ? _chip[high] : 0;
            long room = 0x100 - _chip[low];
            overflows = cycles >= room;
            _chip[low] = overflows
                ? (byte)(reload + ((cycles - room) % (0x100 - reload)))
                : (byte)(_chip[low] + cycles);
        }
        else
        {
            // Mode 0 counts five bits of the low byte, mode 1 all eight.
            int lowBits = mode == 0 ? 5 : 8;
            int lowMask = (1 << lowBits) - 1;
            long value = (_chip[high] << lowBits | (_chip[low] & lowMask)) + cycles;
            overflows = value >> (8 + lowBits) != 0;
            _chip[low] = (byte)((_chip[low] & ~lowMask) | (int)(value & lowMask));
            _chip[high] = (byte)(value >> lowBits);
        }
        _chip[Mcs51Registers.Tcon] |= overflows ? flag : (byte)0;
    }
}
