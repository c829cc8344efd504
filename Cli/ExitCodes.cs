namespace Granary.Cli;

/// <summary>What the command line's exit codes mean. Scripts rely on them: numbers never change.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The program trapped or reverted.</summary>
    public const int ProgramFailed = 1;

    /// <summary>The command line, a file or a source text is wrong.</summary>
    public const int Usage = 2;

    public const int NotAccepted = 3;

    public const int TimedOut = 4;

    /// <summary>A host refuses: this plus the number of the <see cref="Granary.Kernels.KernelHostError"/>.</summary>
    public const int RefusalBase = 10;

    public const int Internal = 70;

    /// <summary>Ctrl-C: 128 plus the number of SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>The table of <c>granary --help</c>.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> Table { get; } =
    [
        ("0", "done"),
        ("1", "the program trapped, reverted, or could not be reached (run, send, call)"),
        ("2", "the command line, a file or a source text is wrong"),
        ("3", "verify: not accepted; simulate: something was violated"),
        ("4", "call: no reply in time"),
        ("10", "bad request"),
        ("11", "no such kernel"),
        ("12", "the name is taken"),
        ("13", "no such engine"),
        ("14", "invalid code"),
        ("15", "message too large"),
        ("16", "inbox full"),
        ("17", "no such checkpoint"),
        ("18", "bad bundle"),
        ("19", "bad snapshot"),
        ("20", "the kernel cannot do it in its present status"),
        ("21", "the store refuses: read-only, locked, corrupt or full"),
        ("22", "the host is shutting down"),
        ("23", "the node cannot be reached, or its answer was lost"),
        ("24", "the node's answer is none, or of another version"),
        ("25", "the node wants a token, or one of a higher role"),
        ("70", "internal error; please report it"),
        ("130", "interrupted by Ctrl-C"),
    ];
}
