namespace Granary.Grains;

/// <summary>
/// Bounds what is on the way to each silo. Orleans puts all kernels that go to one silo at a time into one message, and
/// loses the whole message when it is longer than a message may be.
/// </summary>
/// <param name="bytesMax">For each silo; far below the 100 MiB that a message may have.</param>
internal sealed class TransferBudget(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, long> _under = [];

    /// <summary>False when it does not fit; otherwise <see cref="Release"/> when it has arrived.</summary>
    public bool TryTake(SiloAddress silo, long bytes)
    {
        lock (_gate)
        {
            long under = _under.GetValueOrDefault(silo) + bytes;
            if (under > bytesMax)
            {
                return false;
            }
            _under[silo] = under;
            return true;
        }
    }

    public void Release(SiloAddress silo, long bytes)
    {
        lock (_gate)
        {
            long under = _under.GetValueOrDefault(silo) - bytes;
            if (under > 0)
            {
                _under[silo] = under;
            }
            else
            {
                _under.Remove(silo);
            }
        }
    }
}
