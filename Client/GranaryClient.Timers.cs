using System.Globalization;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>Timers and dead letters.</content>
public sealed partial class GranaryClient
{
    // Payloads may have a megabyte each; a page ends when it is heavy.
    private const int TimersPerPage = 100;
    private const int LettersPerPage = 100;

    public async Task<IReadOnlyList<TimerInfo>> ListTimersAsync(
        KernelId id, CancellationToken cancellationToken = default)
    {
        string root = KernelPath(id, $"/timers?limit={TimersPerPage}");
        return await GatherAsync(ListAsync(
            after => root + After(after), $"listing the timers of '{id}'", ApiJson.Default.ApiListApiTimer,
            FromApi.Timer, static (a, b) => string.CompareOrdinal(a.Name, b.Name) < 0, cancellationToken))
            .ConfigureAwait(false);
    }

    public Task<KernelInfo> SetTimerAsync(
        KernelId id, string name, KernelTimer timer, CancellationToken cancellationToken = default)
    {
        if (timer.Due < 0 || timer.Period < 0 || timer.Gas < 0)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "The time, period and gas of a timer are not negative.");
        }
        string gas = timer.Gas.ToString(NumberFormatInfo.InvariantInfo);
        string due = timer.Due.ToString(NumberFormatInfo.InvariantInfo);
        string period = timer.Period == 0 ? "" : "&period=" + Seconds(timer.Period);
        string entry = timer.Entry.Length == 0 ? "" : "&entry=" + Uri.EscapeDataString(timer.Entry);
        return ChangeKernelAsync(
            HttpMethod.Put, KernelPath(id, $"/timers/{Segment(name)}?gas={gas}&due={due}{period}{entry}"),
            $"setting timer '{name}' of '{id}'", cancellationToken, () => Octets(timer.Payload));
    }

    public Task<KernelInfo> ClearTimerAsync(
        KernelId id, string name, CancellationToken cancellationToken = default) => ChangeKernelAsync(
        HttpMethod.Delete, KernelPath(id, $"/timers/{Segment(name)}"), $"removing timer '{name}' of '{id}'",
        cancellationToken);

    public async Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
        KernelId id, CancellationToken cancellationToken = default)
    {
        string root = KernelPath(id, $"/dead-letters?limit={LettersPerPage}");
        return await GatherAsync(ListAsync(
            after => root + After(after), $"listing the dead letters of '{id}'", ApiJson.Default.ApiListApiDeadLetter,
            FromApi.DeadLetter, static (a, b) => a.Number < b.Number, cancellationToken)).ConfigureAwait(false);
    }

    public Task<KernelInfo> ResendDeadLetterAsync(
        KernelId id, ulong number, CancellationToken cancellationToken = default) => ChangeKernelAsync(
        HttpMethod.Post, KernelPath(id, $"/dead-letters/{Digits(number)}/resend"),
        $"sending dead letter {number} of '{id}' again", cancellationToken);

    public Task<KernelInfo> DropDeadLetterAsync(
        KernelId id, ulong number, CancellationToken cancellationToken = default) => ChangeKernelAsync(
        HttpMethod.Delete, KernelPath(id, $"/dead-letters/{Digits(number)}"),
        $"dropping dead letter {number} of '{id}'", cancellationToken);

    private static async Task<IReadOnlyList<T>> GatherAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> all = [];
        await foreach (T item in items.ConfigureAwait(false))
        {
            all.Add(item);
        }
        return all;
    }
}
