using System.Text;
using Granary.Kernels;

namespace Granary.Client.Tests.Examples;

internal static class WatchEvents
{
    /// <summary>The next line that a kernel prints, or null when it ends without one.</summary>
    public static async Task<string?> NextLineAsync(
        IAsyncEnumerable<KernelEvent> events, CancellationToken cancellationToken)
    {
        await foreach (KernelEvent happened in events.WithCancellation(cancellationToken))
        {
            switch (happened.Kind)
            {
                case KernelEventKind.Printed:
                    return Encoding.UTF8.GetString(happened.Content.Span);
                case KernelEventKind.Dropped:
                    Console.Error.WriteLine("Some events were missed.");
                    break;
                case KernelEventKind.Ended:
                    return null;
            }
        }
        return null;
    }
}
