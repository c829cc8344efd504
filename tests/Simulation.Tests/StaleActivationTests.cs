using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Simulation.Tests;

/// <summary>
/// An activation that another one has overtaken and that has nothing to write is never fenced by an append: found by
/// seed 139 of an early version, where a client waited for ever for a reply that had been given elsewhere.
/// </summary>
public sealed class StaleActivationTests
{
    private const string Sleeper = """
        on nap
          sleep 10
          halt "rested"
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_old_activation_learns_that_it_is_old_before_it_makes_anyone_wait(bool confirmsEpoch)
    {
        SimSettings settings = new();
        SimPrograms programs = new(BuiltInEngines.All);
        using SimWorld world = new(settings, programs, seed: 1, line: null);
        world.Deploy(KernelId.Parse("k"), programs.Compile(".gscript", Sleeper), KernelLimits.Default, []);
        Host old = new(world, settings.Shell with { ConfirmsEpoch = confirmsEpoch });
        old.Do(SimWorld.StartTime);
        Assert.False(old.IsGone);

        // Another node takes over, and the kernel gets on there.
        Host newer = new(world, settings.Shell);
        newer.Tick(2_000);
        Assert.Equal(KernelStatus.Idle, newer.Status);

        // The client asks again, and comes to the old one, which still believes that the kernel sleeps.
        old.Do(SimWorld.StartTime + 3_000);
        Assert.Equal(confirmsEpoch, old.IsGone);
    }

    private sealed class Host : IShellOwner
    {
        private readonly SimWorld _world;
        private readonly KernelShell _shell;
        private CommitBatch _next = new();

        public Host(SimWorld world, ShellOptions options)
        {
            _world = world;
            KernelActivation activation = Sync(world.Store.Medium.ActivateAsync(KernelId.Parse("k")).AsTask())!;
            Kernel kernel = Sync(KernelRecovery.RecoverAsync(world.Store.Medium, world.Programs, activation));
            _shell = new KernelShell(kernel, activation.Epoch, this, options, 0);
        }

        public bool IsGone { get; private set; }

        public KernelStatus Status => _shell.Kernel.Status;

        public void Do(long time) => Run(new Message(new Envelope
        {
            Kind = MessageKind.Call, To = KernelId.Parse("k"), Entry = "nap", Gas = 1_000_000, IdempotencyKey = "one",
        }), time);

        public void Tick(long time) => Run(new DueJob(), SimWorld.StartTime + time);

        public bool Drop(Exception error) => IsGone = true;

        public bool TryRetire(ulong position) => false;

        public bool Step(Kernel kernel, long sliceGas) => kernel.Step(sliceGas);

        public void Commit(ShellCommit commit) => Assert.True(_next.TryAdd(commit));

        public void CommitDone(ShellCommit commit, Exception? error)
        {
        }

        private void Run(ShellJob job, long time)
        {
            _next = new CommitBatch();
            _shell.RunSlice(new Queue<ShellJob>([job]), time);
            IReadOnlyList<KernelAppend> appends = _next.Begin();
            if (appends.Count > 0)
            {
                _next.Settle(Sync(_world.Store.Medium.AppendAsync(appends).AsTask()));
            }
            _next.Finish(SilentEffects.Instance);
        }

        private static T Sync<T>(Task<T> task) => task.GetAwaiter().GetResult();
    }

    private sealed class Message(Envelope envelope) : ClientMessageJob(envelope)
    {
        protected override void OnAccepted(MessageAccepted accepted)
        {
        }

        protected override void OnAnswered(CallResult? result)
        {
        }

        protected override void OnRefused(DeliveryStatus status)
        {
        }
    }
}
