namespace Granary.Cli;

/// <summary>The console and surroundings of one invocation, so that tests can be the user.</summary>
public interface IConsoleIo
{
    TextReader In { get; }

    TextWriter Out { get; }

    TextWriter Error { get; }

    bool InIsTerminal { get; }

    bool OutIsTerminal { get; }

    bool ErrorIsTerminal { get; }

    /// <summary>Columns of the terminal.</summary>
    int Width { get; }

    /// <summary>Lines of the terminal.</summary>
    int Height { get; }

    /// <summary>A key that was pressed since, without echo; null when there is none or no terminal.</summary>
    char? TakeKey();

    TimeProvider Time { get; }

    /// <summary>Cancelled by the first Ctrl-C: stop waiting, leave in order.</summary>
    CancellationToken Interrupt { get; }

    /// <summary>Cancelled by the second Ctrl-C: leave at once.</summary>
    CancellationToken Abort { get; }

    /// <summary>Standard input as bytes.</summary>
    Stream OpenInput();

    /// <summary>Standard output as bytes.</summary>
    Stream OpenOutput();

    /// <summary>An environment variable, or null.</summary>
    string? Variable(string name);
}
