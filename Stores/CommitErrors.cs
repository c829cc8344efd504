using Granary.Kernels;

namespace Granary.Stores;

/// <summary>Why something did not become durable, worded once for every host.</summary>
public static class CommitErrors
{
    public static KernelHostException Dropped(KernelId id) => new(
        KernelHostError.Store, $"Kernel '{id}' was recovered from the store; this request did not become durable.",
        "Ask again.", new KernelMovedException(id));

    public static KernelHostException NotAppended(KernelId id, AppendStatus status) => status switch
    {
        AppendStatus.Fenced => new(
            KernelHostError.Store, $"Another process has taken over kernel '{id}'.", "Ask that one, or try again.",
            new KernelMovedException(id)),
        AppendStatus.NameTaken => new(
            KernelHostError.NameTaken, $"Kernel '{id}' has a checkpoint of that name.", "Choose another name."),
        _ => new(
            KernelHostError.Store,
                $"The journal of kernel '{id}' does not fit the store's: it is recovered from there.",
            "Ask again; if this repeats, run 'granary verify'."),
    };

    public static KernelHostException Store(Exception error) => error switch
    {
        KernelHostException refusal => refusal,
        StoreException store => new KernelHostException(KernelHostError.Store, store.What, store.Advice, store),
        _ => new KernelHostException(
            KernelHostError.Store, $"The store failed: {error.Message}", "What was acknowledged is safe.", error),
    };
}
