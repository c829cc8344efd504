namespace Granary.Cli;

/// <summary>What a command needs of its host.</summary>
public enum HostAccess
{
    /// <summary>Reads only. Nothing runs, so that looking changes nothing.</summary>
    Inspect,

    /// <summary>Changes what is stored. Nothing runs: a kernel that is to be paused must not run first.</summary>
    Change,

    /// <summary>Kernels run, each from where it was, until the host is disposed of.</summary>
    Run,
}
