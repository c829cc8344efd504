using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>The kernels of <c>granary up --demo</c>, which keep doing something that one can watch.</summary>
internal static class DemoKernels
{
    // However often the node is started, each is started once: the kernel remembers the key.
    private const string StartKey = "granary-demo";

    private static readonly KernelId s_tally = KernelId.Parse("demo-tally");

    /// <summary>Makes those that are not there yet and starts them; those that the user deleted stay away.</summary>
    public static async Task DeployAsync(
        IKernelHost host, VmEngines engines, IOutput output, CancellationToken cancellationToken)
    {
        await DeployAsync(host, engines, output, s_tally, "counter.gscript", [], cancellationToken);
        await StartAsync(host, engines, output, "demo-clock", "counter.mova", [], cancellationToken);
        await StartAsync(
            host, engines, output, "demo-ticker", "ticker.gscript", [new("tally", s_tally)], cancellationToken);
    }

    private static async Task StartAsync(
        IKernelHost host, VmEngines engines, IOutput output, string name, string source,
        IReadOnlyList<KeyValuePair<string, KernelId>> ports, CancellationToken cancellationToken)
    {
        KernelId id = KernelId.Parse(name);
        if (await DeployAsync(host, engines, output, id, source, ports, cancellationToken))
        {
            MessageRequest start = new() { To = id, Gas = GasMeter.Unlimited, IdempotencyKey = StartKey };
            await host.SendAsync(start, cancellationToken);
        }
    }

    private static async Task<bool> DeployAsync(
        IKernelHost host, VmEngines engines, IOutput output, KernelId id, string source,
        IReadOnlyList<KeyValuePair<string, KernelId>> ports, CancellationToken cancellationToken)
    {
        (IVmEngine engine, IVmLanguage language) = engines.FindLanguage(Path.GetExtension(source))
            ?? throw new InvalidOperationException($"No engine compiles '{source}'.");
        ReadOnlyMemory<byte> code = language.Compile(ReadSource(source), VmLimits.Default);
        try
        {
            await host.DeployAsync(
                new DeployRequest { Id = id, Engine = engine.Id, Code = code, Ports = ports }, cancellationToken);
            return true;
        }
        catch (KernelHostException e) when (e.Error == KernelHostError.NameTaken)
        {
            return await IsOursAsync(host, output, id, Hash.Of(code.Span), cancellationToken);
        }
    }

    private static async Task<bool> IsOursAsync(
        IKernelHost host, IOutput output, KernelId id, Hash code, CancellationToken cancellationToken)
    {
        try
        {
            if ((await host.GetAsync(id, cancellationToken)).CodeHash == code)
            {
                return true;
            }
            output.Note($"There is another kernel '{id}'; it is left alone.");
        }
        catch (KernelHostException e) when (e.Error == KernelHostError.NoSuchKernel)
        {
            output.Note($"The demo kernel '{id}' was deleted; it stays away.");
        }
        return false;
    }

    private static string ReadSource(string name)
    {
        using Stream stream = typeof(DemoKernels).Assembly.GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
