using System.Text;
using Granary.Kernels;

namespace Granary.Client.Tests.Examples;

internal static class RetrySafely
{
    /// <summary>Ships an order once, however often it is called, also after a crash of either side.</summary>
    public static async Task<string> ShipAsync(IKernelHost node, string order, CancellationToken cancellationToken)
    {
        CallResult result = await node.CallAsync(
            new MessageRequest
            {
                To = KernelId.Parse("shop"), Entry = "ship", Payload = Encoding.UTF8.GetBytes(order),
                IdempotencyKey = $"ship-{order}", Gas = 1_000_000,
            },
            cancellationToken);
        return Encoding.UTF8.GetString(result.Payload.Span);
    }
}
