using System.Runtime.InteropServices;
using Granary.Kernels;
using Granary.Silo;
using Granary.Stores;
using Granary.Telemetry;
using Granary.Vms;

// One process of a cluster. Says one line of JSON when clients can come; SIGTERM or SIGINT lets it send its kernels
// away and leave. 'granary cluster up' starts several.
SiloOptions options;
try
{
    options = SiloArguments.Parse(args);
}
catch (FormatException error)
{
    Console.Error.WriteLine($"granary-silo: {error.Message}");
    Console.Error.WriteLine(SiloArguments.Help);
    return 2;
}
TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
if (options.StopsWithInput)
{
    _ = Task.Run(async () =>
    {
        await Console.In.ReadToEndAsync();
        stop.TrySetResult();
    });
}
using CancellationTokenSource starting = new();
_ = stop.Task.ContinueWith(_ => starting.Cancel(), TaskScheduler.Default);
// Before the silo, so that its first spans and counts are not missed; gone after it, so that the last are sent.
using PrometheusText metrics = new();
using IDisposable? export = OtlpExport.Start(options.OtlpEndpoint, options.Name);
try
{
    await using SiloNode node = await SiloNode.StartAsync(
        options with { Metrics = metrics.Render }, BuiltInEngines.All, Console.Error.WriteLine, starting.Token);
    Console.WriteLine(SiloArguments.ReadyLine(options, node));
    await stop.Task;
    return 0;
}
catch (OperationCanceledException) when (stop.Task.IsCompleted)
{
    return 0;
}
catch (Exception error) when (error is StoreException or KernelHostException)
{
    Console.Error.WriteLine($"granary-silo: {error.Message}");
    return 1;
}

void Stop(PosixSignalContext context)
{
    // Not the end of the process: it ends when its kernels are elsewhere.
    context.Cancel = true;
    stop.TrySetResult();
}
