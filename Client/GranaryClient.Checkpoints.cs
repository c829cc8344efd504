using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>Checkpoints, and what is made of them.</content>
public sealed partial class GranaryClient
{
    public async Task<SnapshotInfo> SnapshotAsync(
        KernelId id, string name, CancellationToken cancellationToken = default)
    {
        NodeRequest request = new(
            HttpMethod.Put, KernelPath(id, $"/snapshots/{Segment(name)}"), $"keeping a checkpoint '{name}' of '{id}'")
        {
            Timeout = _channel.Options.RequestTimeout,
        };
        return FromApi.Snapshot(
            await ChangeAsync(request, ApiJson.Default.ApiSnapshot, cancellationToken).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        FromApi.Items(
            await GetAsync(
                KernelPath(id, "/snapshots"), $"listing checkpoints of '{id}'", ApiJson.Default.ApiListApiSnapshot,
                cancellationToken).ConfigureAwait(false),
            FromApi.Snapshot);

    public Task<KernelInfo> ForkAsync(
        KernelId id, KernelId newId, CheckpointRef? from, CancellationToken cancellationToken = default)
    {
        ApiFork fork = new(newId.Value, from is null ? null : Text(from));
        return ChangeKernelAsync(
            HttpMethod.Post, KernelPath(id, "/fork"), $"forking '{id}' as '{newId}'", cancellationToken,
            () => Json(fork, ApiJson.Default.ApiFork));
    }

    public Task<KernelInfo> RollbackAsync(
        KernelId id, CheckpointRef to, CancellationToken cancellationToken = default)
    {
        ApiRollback rollback = new(Text(to));
        return ChangeKernelAsync(
            HttpMethod.Post, KernelPath(id, "/rollback"), $"rolling '{id}' back", cancellationToken,
            () => Json(rollback, ApiJson.Default.ApiRollback));
    }

    public async Task<VerifyReport> VerifyAsync(
        KernelId id, CheckpointRef? from, IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken = default)
    {
        string query = from is null ? "" : "?from=" + Uri.EscapeDataString(Text(from));
        NodeRequest request = new(HttpMethod.Post, KernelPath(id, "/verify" + query), $"verifying '{id}'")
        {
            // It changes nothing, and takes as long as the journal is.
            Retry = RetryRule.Safe,
        };
        return Finished(
            await _channel.SendAsync(request, ApiJson.Default.ApiVerifyReport, cancellationToken).ConfigureAwait(false),
            progress);
    }

    // The API has no progress; whoever shows one sees the end.
    private static VerifyReport Finished(ApiVerifyReport? answer, IProgress<VerifyProgress>? progress)
    {
        VerifyReport report = FromApi.Report(answer);
        progress?.Report(new VerifyProgress(report.To, report.To));
        return report;
    }
}
