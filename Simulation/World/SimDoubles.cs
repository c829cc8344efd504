using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// For <see cref="SimSabotage.DuplicatesTaken"/>: gives each message that came before a sender that nobody knows, so
/// that the receiver takes it again, and finds the true one when it is acknowledged.
/// </summary>
internal sealed class SimDoubles
{
    private const ulong FirstGeneration = 1_000_000;

    private readonly HashSet<(KernelId, ulong, KernelId, ulong)> _seen = [];
    private readonly List<(ulong Generation, ulong Number)> _disguised = [];

    public Envelope Disguise(Envelope message)
    {
        if (_seen.Add((message.From, message.FromGeneration, message.To, message.Number)))
        {
            return message;
        }
        _disguised.Add((message.FromGeneration, message.Number));
        return message with { FromGeneration = FirstGeneration + (ulong)_disguised.Count, Number = 1 };
    }

    public SimPacket.Acknowledge Undisguise(SimPacket.Acknowledge packet)
    {
        if (packet.Generation <= FirstGeneration)
        {
            return packet;
        }
        (ulong generation, ulong number) = _disguised[(int)(packet.Generation - FirstGeneration - 1)];
        return packet with { Generation = generation, Number = number };
    }
}
