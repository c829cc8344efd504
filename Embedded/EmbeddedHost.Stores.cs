using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <content>Opening, over whichever store, and what a store that is away means.</content>
public sealed partial class EmbeddedHost
{
    public HostHealth Health
    {
        get
        {
            StoreHealth store = _store.Health;
            return new HostHealth(
                store.IsReachable, store.Since.ToUnixTimeMilliseconds(), store.IsReachable ? "" : store.LastError);
        }
    }

    /// <summary>
    /// Opens a data folder, which it locks against other processes, and goes on with every kernel that has something to
    /// do.
    /// </summary>
    /// <exception cref="KernelHostException">The folder is in use, cannot be written, or is damaged.</exception>
    public static async Task<EmbeddedHost> OpenAsync(
        string folder, VmEngines engines, EmbeddedOptions? options = null,
            CancellationToken cancellationToken = default)
    {
        FolderLock folderLock = FolderLock.Take(folder);
        SqliteStore store;
        try
        {
            store = SqliteStore.Open(Path.Combine(folder, "granary.db"));
        }
        catch (StoreException error)
        {
            folderLock.Dispose();
            throw CommitErrors.Store(error);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
        return await OpenAsync(store, engines, options, folderLock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Opens a PostgreSQL database, which it locks against other nodes, and goes on as the other.
    /// </summary>
    /// <param name="folder">A data folder to lock as well, or null.</param>
    /// <exception cref="KernelHostException">The database is in use, cannot be reached, or lacks tables.</exception>
    public static async Task<EmbeddedHost> OpenAsync(
        PostgresAddress database, string? folder, VmEngines engines, EmbeddedOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        FolderLock? folderLock = folder is null ? null : FolderLock.Take(folder);
        PostgresStore store;
        try
        {
            store = await PostgresStore.OpenAsync(
                database, new PostgresStoreOptions { Use = PostgresUse.Exclusive }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            folderLock?.Dispose();
            throw CommitErrors.Store(error);
        }
        catch
        {
            folderLock?.Dispose();
            throw;
        }
        return await OpenAsync(store, engines, options, folderLock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As the other, over any store; the host closes it.</summary>
    public static Task<EmbeddedHost> OpenAsync(
        IKernelStore store, VmEngines engines, EmbeddedOptions? options = null,
        CancellationToken cancellationToken = default) =>
        OpenAsync(store, engines, options, ownedLock: null, cancellationToken);

    private static async Task<EmbeddedHost> OpenAsync(
        IKernelStore store, VmEngines engines, EmbeddedOptions? options, IDisposable? ownedLock,
        CancellationToken cancellationToken)
    {
        EmbeddedHost host = new(store, engines, options ?? new EmbeddedOptions(), ownedLock);
        try
        {
            await host.BeginAsync(cancellationToken).ConfigureAwait(false);
            return host;
        }
        catch (StoreException error)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw CommitErrors.Store(error);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// A host that stops waits for its last writes. When the store is away all that time, they are given up: nobody was
    /// told that they are done.
    /// </summary>
    private async Task GiveUpOnStoreAsync(CancellationToken stopped)
    {
        long since = Now;
        while (!stopped.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Options.Clock, stopped)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_store.Health.IsReachable)
            {
                since = Now;
            }
            else if (Now - since > Options.StorePatience.TotalMilliseconds)
            {
                await _store.DisposeAsync().ConfigureAwait(false);
                return;
            }
        }
    }
}
