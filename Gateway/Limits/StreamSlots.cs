namespace Granary.Gateway;

/// <summary>Counts event streams, in all and of each client.</summary>
internal sealed class StreamSlots(int max, int perClientMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byClient = new(StringComparer.Ordinal);
    private int _used;

    public int Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>False when there are too many; <paramref name="ofClient"/> says whose.</summary>
    public bool TryTake(string client, out bool ofClient)
    {
        lock (_gate)
        {
            int held = _byClient.GetValueOrDefault(client);
            ofClient = held >= perClientMax;
            if (ofClient || _used >= max)
            {
                return false;
            }
            _byClient[client] = held + 1;
            _used++;
            return true;
        }
    }

    public void Release(string client)
    {
        lock (_gate)
        {
            _used--;
            if (--_byClient[client] == 0)
            {
                _byClient.Remove(client);
            }
        }
    }
}
