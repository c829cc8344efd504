namespace Granary.Simulation;

/// <summary>
/// Brings packets from one end to another, late, twice, out of order or never. Nodes are the ends 0, 1, 2 ...; the
/// store is <see cref="StoreEnd"/>; clients come behind it.
/// </summary>
internal sealed class SimNetwork(SimWorld world)
{
    public const int StoreEnd = 64;
    public const int FirstClientEnd = 65;

    private const int EndsMax = 256;
    private const long FastestMicroseconds = 100;
    private const long UsualMicroseconds = 2_000;
    private const long SlowMicroseconds = 400_000;
    private const long LateMicroseconds = 3_000_000;

    /// <summary>0 when nothing is cut; otherwise ends of different sides do not reach each other.</summary>
    private readonly byte[] _sides = new byte[EndsMax];

    public bool IsSlow { get; set; }

    public int InFlight { get; private set; }

    public bool CanReach(int from, int to) => _sides[from] == _sides[to];

    /// <summary>Cuts some ends off from the rest.</summary>
    public void Cut(IEnumerable<int> ends, byte side)
    {
        foreach (int end in ends)
        {
            _sides[end] = side;
        }
    }

    public void Heal() => Array.Clear(_sides);

    public void Send(int from, int to, SimPacket packet)
    {
        world.Trace.Add(world.Now, SimEvent.PacketSent, from, packet.Subject, to);
        if (!CanReach(from, to) || world.Strikes(SimFault.Drop, world.Rates.Drop))
        {
            world.Trace.Add(world.Now, SimEvent.PacketDropped, from, packet.Subject, to);
            return;
        }
        Bring(from, to, packet, Latency());
        if (world.Strikes(SimFault.Dup, world.Rates.Dup))
        {
            world.Trace.Add(world.Now, SimEvent.PacketDoubled, from, packet.Subject, to);
            Bring(from, to, packet, world.Random.Chance(500_000) ? Latency() : Late());
        }
    }

    private void Bring(int from, int to, SimPacket packet, long latency)
    {
        InFlight++;
        world.Plan(latency, () =>
        {
            InFlight--;
            if (CanReach(from, to))
            {
                world.Trace.Add(world.Now, SimEvent.PacketArrived, to, packet.Subject, from);
                world.Arrive(to, packet);
            }
            else
            {
                world.Trace.Add(world.Now, SimEvent.PacketDropped, to, packet.Subject, from);
            }
        });
    }

    private long Latency()
    {
        if (world.Strikes(SimFault.Reorder, world.Rates.Reorder))
        {
            return Late();
        }
        long usual = FastestMicroseconds + world.Random.Between(0, UsualMicroseconds);
        return IsSlow ? usual + world.Random.Between(0, SlowMicroseconds) : usual;
    }

    private long Late() => world.Random.Between(UsualMicroseconds, LateMicroseconds);
}
