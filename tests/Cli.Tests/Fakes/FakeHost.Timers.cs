using Granary.Kernels;

namespace Granary.Cli.Tests;

/// <summary>Timers and dead letters of the fake host.</summary>
internal sealed partial class FakeHost
{
    public Task<IReadOnlyList<TimerInfo>> ListTimersAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<TimerInfo>>("timers", () => [.. Find(id).Timers.Select(t => new TimerInfo(t.Key, t.Value))]);

    public Task<KernelInfo> SetTimerAsync(
        KernelId id, string name, KernelTimer timer, CancellationToken cancellationToken = default) =>
        Do($"timer {id} {name}", () =>
        {
            Find(id).Timers[name] = timer;
            return Find(id).Info;
        });

    public Task<KernelInfo> ClearTimerAsync(
        KernelId id, string name, CancellationToken cancellationToken = default) =>
        Do($"clear {id} {name}", () => Find(id).Timers.Remove(name)
            ? Find(id).Info
            : throw new KernelHostException(KernelHostError.BadRequest, $"There is no timer '{name}'."));

    public Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<DeadLetterInfo>>("letters", () => [.. Find(id).Letters]);

    public Task<KernelInfo> ResendDeadLetterAsync(
        KernelId id, ulong number, CancellationToken cancellationToken = default) => Exhume("resend", id, number);

    public Task<KernelInfo> DropDeadLetterAsync(
        KernelId id, ulong number, CancellationToken cancellationToken = default) => Exhume("drop", id, number);

    private Task<KernelInfo> Exhume(string what, KernelId id, ulong number) => Do($"{what} {id} {number}", () =>
        Find(id).Letters.RemoveAll(l => l.Number == number) == 1
            ? Find(id).Info
            : throw new KernelHostException(KernelHostError.BadRequest, $"There is no dead letter {number}."));
}
