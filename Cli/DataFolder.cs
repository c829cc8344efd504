namespace Granary.Cli;

/// <summary>Where kernels are kept when the user does not say.</summary>
internal static class DataFolder
{
    public const string Variable = "GRANARY_DATA";

    private const string Name = "granary";

    /// <summary>The option, or else <c>GRANARY_DATA</c>, or else the system's folder for a user's state.</summary>
    public static string Resolve(string? option, IConsoleIo io) =>
        Path.GetFullPath(First(option) ?? First(io.Variable(Variable)) ?? OfUser(io));

    private static string OfUser(IConsoleIo io)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        }
        if (First(io.Variable("XDG_STATE_HOME")) is { } state)
        {
            return Path.Combine(state, Name);
        }
        string home = First(io.Variable("HOME"))
            ?? throw new UsageException("There is no home folder to keep kernels in.", "Name a folder with --data.");
        return Path.Combine(home, ".local", "state", Name);
    }

    private static string? First(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
