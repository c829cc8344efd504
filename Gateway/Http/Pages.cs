using Granary.Api;

namespace Granary.Gateway;

/// <summary>Cuts a page out of what a host lists.</summary>
internal static class Pages
{
    /// <param name="cursorOf">What to go on behind.</param>
    /// <param name="bytesOf">About what an item costs.</param>
    public static async Task<ApiList<TItem>> TakeAsync<TSource, TItem>(
        IAsyncEnumerable<TSource> source, int itemsMax, long bytesMax, Func<TSource, TItem> itemOf,
        Func<TSource, string> cursorOf, Func<TSource, long> bytesOf, CancellationToken cancellationToken)
    {
        List<TItem> items = [];
        long bytes = 0;
        string cursor = "";
        await foreach (TSource one in source.WithCancellation(cancellationToken))
        {
            if (items.Count == itemsMax || bytes > bytesMax)
            {
                return new ApiList<TItem>(items, cursor);
            }
            items.Add(itemOf(one));
            bytes += bytesOf(one);
            cursor = cursorOf(one);
        }
        return new ApiList<TItem>(items);
    }
}
