using System.CommandLine.Completions;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Kernel ids for the completion of command lines.</summary>
internal static class KernelCompletion
{
    // Whoever presses the tab key waits for it.
    private static readonly TimeSpan s_timeLimit = TimeSpan.FromSeconds(2);

    /// <summary>Kernels of the data folder; none when it cannot be read, for a completion can show no error.</summary>
    public static IEnumerable<string> List(CommandTree tree, CompletionContext context, CliServices services)
    {
        HostChoice choice = tree.Globals.Choose(context.ParseResult);
        Task<List<string>> list = Task.Run(() => ListAsync(choice, services));
        try
        {
            // The parser's completions are synchronous.
            return list.Wait(s_timeLimit) ? list.Result : [];
        }
        catch (AggregateException e) when (e.InnerException is KernelHostException or UsageException)
        {
            return [];
        }
    }

    private static async Task<List<string>> ListAsync(HostChoice choice, CliServices services)
    {
        await using CliSession session = new(services, choice, new JsonOutput(services.Io));
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, services.Io.Interrupt);
        List<string> ids = [];
        await foreach (KernelInfo kernel in host.ListAsync(services.Io.Interrupt))
        {
            ids.Add(kernel.Id.Value);
        }
        return ids;
    }
}
