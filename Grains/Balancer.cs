using Granary.Grains.Interfaces;

namespace Granary.Grains;

/// <summary>
/// Keeps the load of the silos even. Each counts what it has to do; the first of the active ones compares and plans.
/// </summary>
public sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan s_sampleEvery = TimeSpan.FromMilliseconds(100);

    private readonly SiloKernels _kernels;
    private readonly ClusterMembers _members;
    private readonly SiloServices _services;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _samples;
    private readonly Task _rounds;

    public Balancer(SiloKernels kernels, ClusterMembers members, SiloServices services)
    {
        (_kernels, _members, _services) = (kernels, members, services);
        _samples = IsOn ? Task.Run(SampleAsync) : Task.CompletedTask;
        _rounds = IsOn ? Task.Run(RunAsync) : Task.CompletedTask;
    }

    private KernelGrainOptions Options => _kernels.Options;

    private bool IsOn => Options.BalanceEvery != Timeout.InfiniteTimeSpan;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _samples.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _rounds.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task SampleAsync()
    {
        using PeriodicTimer timer = new(s_sampleEvery, Options.Clock);
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
        {
            _kernels.SampleLoad();
        }
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(Options.BalanceEvery, Options.Clock);
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
        {
            SiloAddress[] active = [.. _members.Active.Select(m => m.SiloAddress)];
            if (active.Length > 1 && active[0].Equals(_members.Here))
            {
                try
                {
                    await BalanceAsync(active).WaitAsync(_stopping.Token).ConfigureAwait(false);
                }
                catch (Exception error) when (Refusals.IsTransport(error))
                {
                    // A silo is away or gone: the next round sees who is left.
                    continue;
                }
            }
        }
    }

    private async Task BalanceAsync(SiloAddress[] active)
    {
        LoadAnswer?[] answers = await Task.WhenAll(active.Select(a => _services.Of(a).Load())).ConfigureAwait(false);
        List<SiloAddress> silos = [];
        List<SiloLoad> loads = [];
        foreach ((SiloAddress silo, LoadAnswer? answer) in active.Zip(answers))
        {
            if (answer is not null)
            {
                silos.Add(silo);
                loads.Add(new SiloLoad(answer.Runnable, answer.Threads, answer.Kernels));
            }
        }
        foreach (BalanceMove move in BalancePlan.Make(loads))
        {
            await _services.Of(silos[move.From]).Unload(silos[move.To], move.Runnable, move.Others)
                .ConfigureAwait(false);
        }
    }
}
