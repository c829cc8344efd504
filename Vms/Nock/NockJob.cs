namespace Granary.Vms.Nock;

/// <summary>The message being handled: what is kept beside the evaluation.</summary>
internal sealed class NockJob
{
    public NockEntry Entry;

    public NockPhase Phase;

    /// <summary>The payload until it is read; of an unknown entry its name.</summary>
    public byte[] Payload = [];

    /// <summary>The call whose reply is awaited, 0 for none.</summary>
    public ulong CallId;

    /// <summary>What to sleep before the executor is asked again, in milliseconds; 0 for not at all.</summary>
    public long Nap;

    /// <summary>The status of the reply that came, one more than its number; 0 while none has come. Its payload is in
    /// <see cref="Payload"/>.</summary>
    public long Reply;

    /// <summary>How often the executor had to be asked again.</summary>
    public long Naps;

    /// <summary>The place of the transaction that was waited for last, from 1; 0 for none.</summary>
    public long Ahead;

    /// <summary>The transaction itself.</summary>
    public NockTransaction Transaction = new();
}
