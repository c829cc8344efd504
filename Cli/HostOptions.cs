using Granary.Kernels;
using Granary.Stores;

namespace Granary.Cli;

/// <summary>Which host a command works on, and how.</summary>
public sealed record HostOptions
{
    /// <summary>The full path of the data folder; made when it is not there.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The user has named this folder: a node that runs on it is not asked instead.</summary>
    public bool FolderIsNamed { get; init; }

    /// <summary>The database that kernels are in; null for the data folder.</summary>
    public PostgresAddress? Store { get; init; }

    /// <summary>The user has named it on the command line: a node that runs on it is not asked instead.</summary>
    public bool StoreIsNamed { get; init; }

    /// <summary>The folder is taken even if kernels are not in it: it tells others where the node is.</summary>
    public bool TakesFolder { get; init; }

    /// <summary>The node that the user has named, or the silos of one cluster.</summary>
    public IReadOnlyList<Uri>? Nodes { get; init; }

    /// <summary>The API token, for whichever node it is.</summary>
    public string? Token { get; init; }

    /// <summary>The kernels must run in this very process.</summary>
    public bool InProcess { get; init; }

    /// <summary>Events that are kept for watchers who come back.</summary>
    public int EventHistoryMax { get; init; }

    public required HostAccess Access { get; init; }

    /// <summary>
    /// Called with the opened host before any kernel runs, so that a watcher misses nothing; with
    /// <see cref="HostAccess.Run"/> only.
    /// </summary>
    public Func<IKernelHost, Task>? BeforeRun { get; init; }
}
