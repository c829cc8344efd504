using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Client;

/// <summary>What one writes most often, on any host: one in this process or a node.</summary>
public static class KernelHostExtensions
{
    /// <summary>Compiles a source text and deploys it.</summary>
    /// <param name="engines">The engines that compile it here, for example <c>BuiltInEngines.All</c>.</param>
    /// <param name="extension">Says the language, for example <c>.gscript</c>.</param>
    /// <exception cref="KernelHostException">No engine has the language, or the host refuses.</exception>
    /// <exception cref="SourceException">The source text is wrong; says where.</exception>
    public static Task<KernelInfo> DeploySourceAsync(
        this IKernelHost host, VmEngines engines, KernelId id, string extension, string source,
        CancellationToken cancellationToken = default)
    {
        IEnumerable<string> known = engines.All.SelectMany(e => e.Languages, (_, l) => l.FileExtension);
        if (engines.FindLanguage(extension) is not { } found)
        {
            throw new KernelHostException(
                KernelHostError.NoSuchEngine, $"No engine compiles '{extension}'.",
                $"Known are: {string.Join(", ", known)}.");
        }
        return host.DeployAsync(
            new DeployRequest
            {
                Id = id, Engine = found.Engine.Id, Code = found.Language.Compile(source, VmLimits.Default),
            },
            cancellationToken);
    }

    /// <summary>Sends text to an entry point; returns when the message is durable.</summary>
    public static Task<MessageAccepted> SendTextAsync(
        this IKernelHost host, KernelId id, string entry, string text = "",
        CancellationToken cancellationToken = default) =>
        host.SendAsync(ToRequest(id, entry, text), cancellationToken);

    /// <summary>Calls an entry point with text and gives the reply as text.</summary>
    /// <exception cref="CallFailedException">The program trapped, reverted or was not there.</exception>
    public static async Task<string> CallTextAsync(
        this IKernelHost host, KernelId id, string entry, string text = "",
        CancellationToken cancellationToken = default)
    {
        CallResult result = await host.CallAsync(ToRequest(id, entry, text), cancellationToken).ConfigureAwait(false);
        string reply = Encoding.UTF8.GetString(result.Payload.Span);
        return result.Status == ReplyStatus.Ok ? reply : throw new CallFailedException(id, result.Status, reply);
    }

    private static MessageRequest ToRequest(KernelId id, string entry, string text) => new()
    {
        To = id, Entry = entry, Payload = Encoding.UTF8.GetBytes(text),
    };
}
