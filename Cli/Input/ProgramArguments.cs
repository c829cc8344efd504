using System.CommandLine;

namespace Granary.Cli;

/// <summary>How a command is told which program: a file, and for compiled code the engine.</summary>
internal sealed class ProgramArguments
{
    private readonly Argument<string> _file = new("FILE")
    {
        Description = "The program: source text (its file name ending says the language) or compiled code.",
    };

    private readonly Option<string?> _engine = new(ProgramFile.EngineOptionName)
    {
        HelpName = "NAME[@V]",
        Description = "The engine of compiled code, or another version than the newest. "
            + "Default: the one whose language has the file's ending.",
    };

    public ProgramArguments(Command command)
    {
        command.Add(_file);
        command.Add(_engine);
    }

    public string PathOf(ParseResult parsed) => parsed.GetRequiredValue(_file);

    public ProgramFile Read(CliSession session, ParseResult parsed) =>
        ProgramFile.Read(PathOf(parsed), parsed.GetValue(_engine), session.Engines);
}
