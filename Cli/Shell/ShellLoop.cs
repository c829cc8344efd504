using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Reads commands, carries them out, and answers in their order.</summary>
internal sealed class ShellLoop : IDisposable
{
    private const int InFlightMax = 256;

    private readonly CliSession _session;
    private readonly IKernelHost _host;
    private readonly ShellState _state;
    private readonly CommandTree _tree;
    private readonly bool _isJson;
    private readonly SemaphoreSlim _room = new(InFlightMax);
    private Task _answered = Task.CompletedTask;
    private int _exitCode;

    public ShellLoop(CliSession session, IKernelHost host, ShellState state)
    {
        _session = session;
        _host = host;
        _state = state;
        _tree = CommandTree.OfShell(state);
        _isJson = session.Output.IsJson;
    }

    /// <returns>0 at a terminal; else the exit code of the first command that failed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        IConsoleIo io = _session.Io;
        bool isInteractive = io.InIsTerminal && !_isJson;
        while (!_state.IsExiting)
        {
            if (isInteractive)
            {
                io.Out.Write(_state.Current is { } id ? $"granary {id}> " : "granary> ");
                io.Out.Flush();
            }
            if (await ConsoleLines.ReadAsync(io, cancellationToken) is not { } line)
            {
                break;
            }
            await TakeAsync(line, cancellationToken);
        }
        await _answered.WaitAsync(cancellationToken);
        return isInteractive ? ExitCodes.Success : _exitCode;
    }

    public void Dispose() => _room.Dispose();

    // A send does not wait for the answers of those before it; every other command does, and is waited for.
    private async Task TakeAsync(string line, CancellationToken cancellationToken)
    {
        bool isPipelined = _isJson && line.AsSpan().TrimStart().StartsWith("send ");
        if (!isPipelined)
        {
            await _answered.WaitAsync(cancellationToken);
        }
        await _room.WaitAsync(cancellationToken);
        _answered = AnswerAsync(_answered, ExecuteAsync(line, cancellationToken));
        if (!isPipelined)
        {
            await _answered.WaitAsync(cancellationToken);
        }
    }

    private async Task AnswerAsync(Task before, Task<ShellAnswer?> execution)
    {
        await before;
        try
        {
            if (await execution is { } answer)
            {
                _exitCode = _exitCode == ExitCodes.Success ? answer.ExitCode : _exitCode;
                if (answer.Json is not null)
                {
                    _session.Io.Out.Write(JsonForms.ToLine(answer.Json));
                }
            }
        }
        finally
        {
            _room.Release();
        }
    }

    // Null for an empty line, which gets no answer.
    private async Task<ShellAnswer?> ExecuteAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            List<string> words = ShellWords.Split(line);
            return words.Count == 0 ? null : await ExecuteAsync(words, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a command ran into, the next one gets its turn.
            return Failed(ErrorReport.Of(e, _session.Io));
        }
    }

    private async Task<ShellAnswer> ExecuteAsync(List<string> words, CancellationToken cancellationToken)
    {
        ParseResult parsed = _tree.Parse(WithCurrent(words));
        AnswerOutput? collected = _isJson ? new AnswerOutput() : null;
        await using CliSession session = _session.Within(_host, collected ?? _session.Output);
        CliCommand? command = parsed.CommandResult.Command as CliCommand;
        if (parsed.GetResult(_tree.Help) is { Implicit: false } && command is not null)
        {
            ShellHelpCommand.Write(session.Output, HelpText.OfShellCommand(command));
            return new ShellAnswer(ExitCodes.Success, collected?.Answer);
        }
        UsageCheck.Require(parsed, inShell: true);
        int exitCode = command is null
            ? throw new UsageException("That is no command.", "All commands: help.")
            : await command.RunAsync(session, parsed, cancellationToken);
        if (collected is not null && exitCode != ExitCodes.Success)
        {
            collected.Answer["ok"] = false;
            collected.Answer["exitCode"] = exitCode;
        }
        return new ShellAnswer(exitCode, collected?.Answer);
    }

    private ShellAnswer Failed(ErrorReport report)
    {
        if (!_isJson)
        {
            report.Write(_session.Io, isJson: false);
            return new ShellAnswer(report.ExitCode, null);
        }
        JsonObject json = report.ToJson();
        json.Insert(0, "ok", false);
        return new ShellAnswer(report.ExitCode, json);
    }

    // A lone '.' where a kernel's id belongs.
    private List<string> WithCurrent(List<string> words)
    {
        IList<Argument>? arguments = _tree.Commands.FirstOrDefault(c => c.Name == words[0])?.Arguments;
        for (int i = 1; i < words.Count && i <= (arguments?.Count ?? 0); i++)
        {
            if (words[i] == "." && arguments![i - 1] is IKernelArgument)
            {
                words[i] = _state.Current?.Value
                    ?? throw new UsageException("'.' means the kernel bound last, and none is bound.", "Use bind ID.");
            }
        }
        return words;
    }
}
