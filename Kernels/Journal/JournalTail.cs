namespace Granary.Kernels;

/// <summary>The end of a kernel's journal: where the next entry goes, and those not yet handed to the host.</summary>
internal sealed class JournalTail(ulong position, Hash chain)
{
    private List<JournalRecord> _fresh = [];

    public ulong Position { get; private set; } = position;

    public Hash Chain { get; private set; } = chain;

    /// <summary>Bytes of all entries since the last checkpoint.</summary>
    public long BytesSinceCheckpoint { get; set; }

    /// <summary>The bytes of the last entry that was appended here.</summary>
    public ReadOnlyMemory<byte> LastBytes { get; private set; }

    public bool HasFresh => _fresh.Count > 0;

    public JournalRecord Append(JournalEntry entry)
    {
        byte[] bytes = JournalCodec.Encode(entry);
        Position++;
        Chain = JournalRecord.ChainAfter(Chain, bytes);
        JournalRecord record = new(Position, bytes, Chain);
        _fresh.Add(record);
        LastBytes = bytes;
        BytesSinceCheckpoint += bytes.Length;
        return record;
    }

    public IReadOnlyList<JournalRecord> Take()
    {
        if (_fresh.Count == 0)
        {
            return [];
        }
        List<JournalRecord> taken = _fresh;
        _fresh = [];
        return taken;
    }
}
