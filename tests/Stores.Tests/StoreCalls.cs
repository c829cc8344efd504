using System.Text;
using Granary.Kernels;

namespace Granary.Stores.Tests;

internal static class StoreCalls
{
    public static async Task<AppendStatus> AppendAsync(this IKernelStore store, KernelAppend append) =>
        (await store.AppendAsync([append]))[0];

    public static async Task<List<JournalRecord>> JournalAsync(this IKernelStore store, KernelId id, ulong after = 0)
    {
        List<JournalRecord> records = [];
        await foreach (JournalRecord record in store.ReadJournalAsync(id, after))
        {
            records.Add(record);
        }
        return records;
    }

    public static async Task<string> JournalTextAsync(this IKernelStore store, KernelId id, ulong after = 0) =>
        string.Join(' ', (await store.JournalAsync(id, after)).Select(
            record => $"{record.Position}:{Encoding.ASCII.GetString(record.Bytes.Span)}"));

    public static async Task<string> HeadsTextAsync(this IKernelStore store, KernelId id) =>
        string.Join(' ', (await store.ListHeadsAsync(id)).Select(
            head => $"{head.Head.Position}{(head.Head.WorkRoot is null ? "" : "~")}{head.Name}"));

    public static async Task<string> IdsAsync(this IKernelStore store, KernelQuery query) =>
        string.Join(' ', (await store.ListAsync(query)).Select(kernel => kernel.Id.Value));

    public static bool HasNode(this IKernelStore store, in Hash hash)
    {
        try
        {
            return Hash.Of(store.GetNode(hash).Span) == hash;
        }
        catch (NodeMissingException missing)
        {
            Assert.Equal(hash, missing.Hash);
            return false;
        }
    }
}
