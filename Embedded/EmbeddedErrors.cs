using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>The refusals of this host, worded once.</summary>
internal static class EmbeddedErrors
{
    public static KernelHostException NoSuchKernel(KernelId id) => new(
        KernelHostError.NoSuchKernel, $"There is no kernel '{id}'.", "List them with 'granary ps'.");

    public static KernelHostException NameTaken(KernelId id) => new(
        KernelHostError.NameTaken, $"The id '{id}' is taken, or was: an id is never used again.", "Choose another.");

    public static KernelHostException NoSuchEngine(string engine, IEnumerable<string> known) => new(
        KernelHostError.NoSuchEngine, $"There is no engine '{engine}'.", $"Known are: {string.Join(", ", known)}.");

    public static KernelHostException Quarantined(KernelId id, string reason) => new(
        KernelHostError.WrongStatus, $"Kernel '{id}' is quarantined: {reason.TrimEnd('.')}.",
        "Nothing is lost: export or verify it, or fork it from a checkpoint.");

    public static KernelHostException Refused(KernelId id, string reason) => new(
        KernelHostError.WrongStatus, $"Kernel '{id}' cannot run here: {reason}.",
        "Nothing is lost: open it with a binary that has the engine.");

    public static KernelHostException InboxFull(KernelId id) => new(
        KernelHostError.InboxFull, $"The inbox of kernel '{id}' is full.",
        "Send again later, or resume the kernel if it is paused.");

    public static KernelHostException ShuttingDown() => new(
        KernelHostError.ShuttingDown, "This host is shutting down.", "Start it again and ask again.");

    public static KernelHostException Moved(KernelId id) => new(
        KernelHostError.ShuttingDown, $"Kernel '{id}' goes on in another host.", "Ask again.",
        new KernelMovedException(id));

    public static KernelHostException NoSuchCheckpoint(KernelId id, CheckpointRef checkpoint) => new(
        KernelHostError.NoSuchCheckpoint, $"Kernel '{id}' has no kept checkpoint '{checkpoint}'.",
        $"List them with 'granary snapshots {id}'.");
}
