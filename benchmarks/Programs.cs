using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>The programs that benchmarks run.</summary>
internal static class Programs
{
    public const string Mova = ".movasm";
    public const string Script = ".gscript";

    public static (IVmEngine Engine, ReadOnlyMemory<byte> Code) Compile(string extension, string source)
    {
        (IVmEngine engine, IVmLanguage language) = BuiltInEngines.All.FindLanguage(extension)
            ?? throw new BenchmarkFailedException($"No engine takes {extension}.");
        return (engine, language.Compile(source, VmLimits.Default));
    }

    public static IVmProgram Load(string extension, string source)
    {
        (IVmEngine engine, ReadOnlyMemory<byte> code) = Compile(extension, source);
        return engine.Load(code, VmLimits.Default);
    }

    public static async Task<KernelId> DeployAsync(IKernelHost host, string id, string extension, string source)
    {
        (IVmEngine engine, ReadOnlyMemory<byte> code) = Compile(extension, source);
        KernelId kernel = KernelId.Parse(id);
        await host.DeployAsync(new DeployRequest { Id = kernel, Engine = engine.Id, Code = code });
        return kernel;
    }

    /// <summary>Calls, and makes sure that the call went well.</summary>
    public static async Task<ReadOnlyMemory<byte>> CallAsync(
        IKernelHost host, KernelId to, string entry, ReadOnlyMemory<byte> payload = default,
        long gas = KernelLimits.MessageGasDefault)
    {
        CallResult result = await host.CallAsync(
            new MessageRequest { To = to, Entry = entry, Payload = payload, Gas = gas });
        BenchmarkRun.Check(result.Status, ReplyStatus.Ok, $"the answer of kernel '{to}' to '{entry}'");
        return result.Payload;
    }

    /// <summary>A host over a data folder that does nothing by the clock: no evictions, no collections in between.
    /// </summary>
    public static EmbeddedOptions QuietOptions { get; } = new()
    {
        EvictAfter = TimeSpan.FromDays(1), LiveKernelsMax = int.MaxValue, CollectEvery = TimeSpan.FromDays(1),
        SweepEvery = TimeSpan.FromHours(1),
    };
}
