using System.Runtime.InteropServices;

namespace Granary.Embedded;

/// <summary>
/// How a thread stands back behind others. The runtime's thread priorities do nothing on Linux, where each thread has a
/// nice value of its own.
/// </summary>
internal static class ThreadNice
{
    private const int Process = 0;
    private const uint Caller = 0;
    private const int NiceMax = 19;

    /// <summary>
    /// Lets the calling thread stand back by so much more than it does; what the system does not have, or refuses, is
    /// left as it is.
    /// </summary>
    public static void Add(int nice)
    {
        if (nice > 0 && OperatingSystem.IsLinux())
        {
            _ = SetPriority(Process, Caller, Math.Min(GetPriority(Process, Caller) + nice, NiceMax));
        }
    }

    /// <summary>Of the calling thread; 0 where there is none.</summary>
    public static int Get() => OperatingSystem.IsLinux() ? GetPriority(Process, Caller) : 0;

    // "Process" 0 is the calling thread on Linux: setpriority(2), notes.
    [DllImport("libc", EntryPoint = "setpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int value);

    [DllImport("libc", EntryPoint = "getpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetPriority(int which, uint who);
}
