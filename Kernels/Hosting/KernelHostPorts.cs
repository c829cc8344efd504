using System.Runtime.CompilerServices;
using System.Text;

namespace Granary.Kernels;

/// <summary>The ports of kernels, read from their state trees.</summary>
public static class KernelHostPorts
{
    /// <summary>The ports that a kernel holds as of the last commit, in the order of their names.</summary>
    /// <param name="after">Only names above this one.</param>
    public static async IAsyncEnumerable<PortInfo> ListPortsAsync(
        this IKernelHost host, KernelId id, string after = "",
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StateQuery query = new()
        {
            Id = id, Prefix = TreeKeys.Of(TreeKeys.Ports), After = TreeKeys.Of(TreeKeys.Ports + after),
        };
        int read;
        do
        {
            read = 0;
            await foreach (StateEntry entry in host.ReadStateAsync(query, cancellationToken).ConfigureAwait(false))
            {
                read++;
                query = query with { After = entry.Key };
                string name = Encoding.UTF8.GetString(entry.Key.Span[TreeKeys.Ports.Length..]);
                if (Port.TryParse(Encoding.UTF8.GetString(entry.Value.Span), out Port port))
                {
                    yield return new PortInfo(name, port);
                }
            }
        }
        while (read == query.Limit);
    }
}
