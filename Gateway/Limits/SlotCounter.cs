namespace Granary.Gateway;

/// <summary>Counts things in use up to a limit.</summary>
internal sealed class SlotCounter(long max)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public bool TryTake(long count = 1)
    {
        if (Interlocked.Add(ref _used, count) <= max)
        {
            return true;
        }
        Interlocked.Add(ref _used, -count);
        return false;
    }

    public void Release(long count = 1) => Interlocked.Add(ref _used, -count);
}
