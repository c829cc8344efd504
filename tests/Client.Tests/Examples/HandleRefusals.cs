using Granary.Kernels;

namespace Granary.Client.Tests.Examples;

internal static class HandleRefusals
{
    public static async Task<string> DescribeAsync(IKernelHost node, string name)
    {
        try
        {
            KernelInfo kernel = await node.GetAsync(KernelId.Parse(name));
            return $"{kernel.Id} is {kernel.Status}";
        }
        catch (KernelHostException e) when (e.Error == KernelHostError.NoSuchKernel)
        {
            return $"{e.What} {e.Advice}";
        }
        catch (KernelHostException e) when (e.Error is KernelHostError.Unreachable or KernelHostError.ShuttingDown)
        {
            return "The node is away; it was asked several times.";
        }
    }
}
