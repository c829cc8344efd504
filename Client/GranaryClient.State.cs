using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>State, proofs and the journal.</content>
public sealed partial class GranaryClient
{
    // Values may have megabytes.
    private const int EntriesPerPage = 100;
    private const int JournalPerPage = 200;
    private const int StepsPerPage = 1_000;

    public async IAsyncEnumerable<StateEntry> ReadStateAsync(
        StateQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int left = query.Limit;
        string first = query.After.IsEmpty ? "" : $"&after={Convert.ToHexStringLower(query.After.Span)}";
        string rest = $"&prefix={Convert.ToHexStringLower(query.Prefix.Span)}"
            + (query.At is { } at ? "&at=" + Uri.EscapeDataString(Text(at)) : "");
        string root = KernelPath(query.Id, "/state");
        string Path(string? after) =>
            $"{root}?limit={Math.Clamp(left, 1, EntriesPerPage)}{rest}{(after is null ? first : After(after))}";

        if (left <= 0)
        {
            yield break;
        }
        await foreach (StateEntry entry in ListAsync(
            Path, $"reading the state of '{query.Id}'", ApiJson.Default.ApiListApiStateEntry, FromApi.StateEntry,
            static (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span) < 0, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.Key.Span.StartsWith(query.Prefix.Span))
            {
                throw NodeErrors.Bad("a key lacks the prefix that was asked for");
            }
            left--;
            yield return entry;
            if (left == 0)
            {
                yield break;
            }
        }
    }

    public async Task<StateEvidence> ProveAsync(
        KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        StateEvidence evidence = FromApi.Evidence(await GetAsync(
            KernelPath(id, $"/proof?key={Convert.ToHexStringLower(key.Span)}"), $"proving a key of '{id}'",
            ApiJson.Default.ApiEvidence, cancellationToken).ConfigureAwait(false));
        return evidence.Key.Span.SequenceEqual(key.Span)
            ? evidence
            : throw NodeErrors.Bad("the proof is of another key");
    }

    public IAsyncEnumerable<JournalItem> ReadJournalAsync(
        KernelId id, ulong after, CancellationToken cancellationToken = default)
    {
        string root = KernelPath(id, $"/journal?limit={JournalPerPage}");
        string first = after.ToString(NumberFormatInfo.InvariantInfo);
        return ListAsync(
            next => root + After(next ?? first), $"reading the journal of '{id}'",
            ApiJson.Default.ApiListApiJournalEntry, FromApi.JournalItem, static (a, b) => a.Position < b.Position,
            cancellationToken);
    }

    public IAsyncEnumerable<TraceStep> TraceAsync(TraceQuery query, CancellationToken cancellationToken = default)
    {
        string root = KernelPath(query.Id, FormattableString.Invariant(
            $"/trace?message={query.Message}&limit={StepsPerPage}"));
        string first = query.After.ToString(NumberFormatInfo.InvariantInfo);
        return ListAsync(
            next => root + After(next ?? first), $"tracing a message of '{query.Id}'",
            ApiJson.Default.ApiListApiTraceStep, FromApi.TraceStep, static (a, b) => a.Number < b.Number,
            cancellationToken);
    }

    private static string Text(CheckpointRef checkpoint) => checkpoint.Name
        ?? checkpoint.Root?.ToString()
        ?? checkpoint.Position?.ToString(NumberFormatInfo.InvariantInfo)
        ?? throw new KernelHostException(
            KernelHostError.BadRequest, "No checkpoint is named.", "Give its name, position or root.");
}
