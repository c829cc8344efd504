using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Mova's hypervisor for every engine: commands on running kernels.</summary>
internal sealed class ShellCommand : CliCommand
{
    public ShellCommand()
        : base("shell", "Runs all kernels and takes commands: at the terminal, or one a line from standard input.")
    {
    }

    public override string Remarks =>
        "Its commands: ps, bind, unbind, rstate and wstate (of Mova's hypervisor), and those of granary that work on "
        + "kernels, without the word 'granary'; 'help' lists them. Words are separated by spaces and quoted with ' or "
        + "\"; # begins a comment. With --json each command gets one line in the order of the commands: "
        + "{\"ok\":true,...}, or {\"ok\":false,\"error\":{...}}; 'send' answers when the message is durable, and "
        + "further sends are taken meanwhile. Events of bound kernels come in between as {\"event\":...}. From "
        + "standard input the exit code is that of the first command that failed.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary shell", "takes commands at the terminal"),
        new("printf 'send counter add 5 key-1\\nps\\n' | granary shell --json", "commands from a pipe"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        if (session.Io.InIsTerminal)
        {
            session.Output.Note($"Kernels of {host.Description} run. 'help' lists commands, 'exit' leaves.");
        }
        await using ShellState state = new();
        using ShellLoop loop = new(session, host, state);
        return await loop.RunAsync(cancellationToken);
    }
}
