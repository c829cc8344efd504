namespace Granary.Cli;

/// <summary>Reads lines from a console whose reading cannot be cancelled.</summary>
internal static class ConsoleLines
{
    /// <summary>The next line, or null at the end; when cancelled, the reading is left behind.</summary>
    public static Task<string?> ReadAsync(IConsoleIo io, CancellationToken cancellationToken) =>
        Task.Run(io.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
}
