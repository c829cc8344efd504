namespace Granary.Client;

/// <summary>When a request may be sent again.</summary>
internal enum RetryRule
{
    /// <summary>Only when it was surely not carried out: nothing was sent, or the node said "later".</summary>
    Once,

    /// <summary>Whenever no answer came: it changes nothing.</summary>
    Safe,

    /// <summary>
    /// Whenever no answer came: it carries a key under which it is carried out once.
    /// </summary>
    Keyed,

    /// <summary>
    /// As <see cref="Keyed"/>; and once the node may have it, until it answers: somebody waits for a reply.
    /// </summary>
    KeyedUntilAnswered,

    /// <summary>Until it answers: it waits for the reply to what the node has.</summary>
    UntilAnswered,
}
