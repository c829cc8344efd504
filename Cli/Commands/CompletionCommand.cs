using System.CommandLine;
using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>Writes a completion script.</summary>
internal sealed class CompletionCommand : CliCommand
{
    // Each hands the line and the cursor to "granary [suggest:N] LINE", which knows commands, options and kernels.
    private const string Bash = """
        _granary() {
            local line="${COMP_LINE}" point="${COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(granary "[suggest:${point}]" "${line}" 2>/dev/null)" -- "${word}"))
        }
        complete -o default -F _granary granary

        """;

    private const string Zsh = """
        #compdef granary
        _granary() {
            local -a found
            found=("${(@f)$(granary "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a found
            _files
        }
        compdef _granary granary

        """;

    private const string Fish = """
        function __granary_complete
            set -l line (commandline -cp)
            granary "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c granary -a '(__granary_complete)'

        """;

    private static readonly string[] s_shells = ["bash", "zsh", "fish"];

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or fish." };

    public CompletionCommand()
        : base("completion", "Writes a script that completes commands, options and kernel ids in your shell.")
    {
        _shell.AcceptOnlyFromAmong(s_shells);
        Add(_shell);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("source <(granary completion bash)", "in ~/.bashrc; for zsh the same in ~/.zshrc"),
        new("granary completion fish > ~/.config/fish/completions/granary.fish", "for fish"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        string shell = parsed.GetRequiredValue(_shell);
        string script = shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        };
        JsonObject json = new() { ["shell"] = shell, ["script"] = script };
        session.Output.Result(json, screen => screen.Line(script.TrimEnd('\n')));
        return Task.FromResult(ExitCodes.Success);
    }
}
