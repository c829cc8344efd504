using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Granary.Vms;
using Granary.Vms.Nock;

namespace Granary.Cli;

/// <summary>Reads, prints, packs, hashes and evaluates Nock's nouns.</summary>
internal sealed class NounCommand : CliCommand
{
    private const string ParseText = "parse";
    private const string Print = "print";
    private const string Jam = "jam";
    private const string Cue = "cue";
    private const string Mug = "mug";
    private const string Run = "run";
    private const int InputBytesMax = 16 << 20;

    private readonly Argument<string> _action = new("ACTION") { Description = "parse, print, jam, cue, mug or run." };

    private readonly Argument<string?> _noun = new("NOUN")
    {
        Description = "A noun as text; with cue, jammed bytes as hexadecimal digits; with run, a formula.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _file = new("--file")
    {
        HelpName = "PATH", Description = "Read the noun from a file: text, or with cue the jammed bytes themselves.",
    };

    private readonly Option<string?> _subject = new("--subject")
    {
        HelpName = "NOUN", Description = "With run: what the formula is evaluated on. Default: 0.",
    };

    private readonly Option<bool> _library = new("--library")
    {
        Description = "With run: the subject is [SUBJECT LIBRARY], with the standard library as its tail.",
    };

    private readonly Option<bool> _noJets = new("--no-jets")
    {
        Description = "With run: evaluate the library's own code instead of native functions.",
    };

    private readonly Option<string> _as = new("--as")
    {
        HelpName = "AURA", Description = "With print: the notation of an atom: ud, ux, uv or uw. Default: ux.",
        DefaultValueFactory = _ => "ux",
    };

    private readonly GasOption _gas = new(10_000_000_000);

    public NounCommand()
        : base("noun", "Reads, prints, packs, hashes and evaluates Nock's nouns.")
    {
        _action.AcceptOnlyFromAmong(ParseText, Print, Jam, Cue, Mug, Run);
        _as.AcceptOnlyFromAmong([.. NounAura.Names]);
        Add(_action);
        Add(_noun);
        Add(_file);
        Add(_subject);
        Add(_library);
        Add(_noJets);
        Add(_as);
        Add(_gas);
    }

    public override string Remarks =>
        "A noun is an atom, written as a decimal number (dots between digits mean nothing), %word or 'text'; or a "
        + "cell, [a b]; [a b c] is [a [b c]]. Text after :: is a comment. run prints the product, and on the error "
        + "stream Anoma's meter.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary noun jam '[1 2 3]'", "the noun as bytes, in hexadecimal digits"),
        new("granary noun cue 714834", "and back"),
        new("granary noun mug %hello", "its hash of 31 bits"),
        new("granary noun run '[4 0 1]' --subject 41", "evaluates a formula: 42"),
        new("granary noun run '[8 [9 342 0 16383] 9 2 10 [6 0 6] 0 2]' --subject 9 --library", "calls a function"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        string action = parsed.GetRequiredValue(_action);
        bool runs = action == Run;
        if (!runs && (parsed.GetValue(_subject) is not null || parsed.GetValue(_library) || parsed.GetValue(_noJets)))
        {
            throw new UsageException("--subject, --library and --no-jets are for 'granary noun run'.");
        }
        Noun noun = ReadInput(parsed, action == Cue);
        if (runs)
        {
            return Task.FromResult(Evaluate(session, parsed, noun));
        }
        string text = action switch
        {
            Jam => Convert.ToHexStringLower(NounJam.Jam(noun)),
            Mug => $"{NounMug.Of(noun):x8}",
            Print when noun is Atom atom => NounAura.Print(atom, parsed.GetRequiredValue(_as)),
            Print => throw new UsageException("Only an atom has such a notation; 'granary noun parse' prints cells."),
            _ => NounText.Print(noun),
        };
        string field = action switch { Jam => "jam", Mug => "mug", Print => "text", _ => "noun" };
        session.Output.Result(new JsonObject { [field] = text }, screen => screen.Line(text));
        return Task.FromResult(ExitCodes.Success);
    }

    private int Evaluate(CliSession session, ParseResult parsed, Noun formula)
    {
        Noun subject = parsed.GetValue(_subject) is { } text ? ReadText(text, "--subject") : Atom.Zero;
        if (parsed.GetValue(_library))
        {
            subject = new Cell(subject, NockLibrary.Noun);
        }
        NockEvaluator.Result result = NockEvaluator.Run(
            subject, formula, parsed.GetValue(_gas), !parsed.GetValue(_noJets), VmLimits.Default);
        JsonObject json = new()
        {
            ["product"] = result.Product is null ? null : NounText.Print(result.Product),
            ["problem"] = result.Problem.Length == 0 ? null : result.Problem,
            ["puts"] = new JsonArray([.. result.Puts.Select(p => JsonValue.Create(NounText.Print(p)))]),
            ["meter"] = result.Meter,
            ["nines"] = result.Nines,
            ["scries"] = result.Scries,
            ["gas"] = result.Gas,
        };
        session.Output.Result(json, screen =>
        {
            foreach (Noun put in result.Puts)
            {
                screen.Line(NounText.Print(put));
            }
            if (result.Product is not null)
            {
                screen.Line(NounText.Print(result.Product));
            }
        });
        session.Output.Note(result.Product is null
            ? $"No product: {result.Problem}; meter {result.Meter}, gas {result.Gas}."
            : $"meter {result.Meter}, gas {result.Gas}");
        return result.Product is null ? ExitCodes.ProgramFailed : ExitCodes.Success;
    }

    private Noun ReadInput(ParseResult parsed, bool isJammed)
    {
        string? text = parsed.GetValue(_noun);
        string? path = parsed.GetValue(_file);
        if (text is null == path is null)
        {
            throw new UsageException("Which noun?", "Write it as an argument, or name a file with --file.");
        }
        if (!isJammed)
        {
            return ReadText(
                text ?? Encoding.UTF8.GetString(Files.Read(path!, InputBytesMax)), path ?? "NOUN");
        }
        byte[] bytes;
        try
        {
            bytes = text is null ? Files.Read(path!, InputBytesMax) : Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new UsageException("Jammed bytes are pairs of hexadecimal digits, such as 714834.");
        }
        try
        {
            return NounJam.Cue(bytes);
        }
        catch (NounFormatException wrong)
        {
            throw new UsageException($"These bytes are no noun, at bit {wrong.Position}: {wrong.Message}");
        }
    }

    private static Noun ReadText(string text, string where)
    {
        try
        {
            return NockEvaluator.Read(text);
        }
        catch (NounFormatException wrong)
        {
            throw new UsageException($"{where} is no noun, at character {wrong.Position + 1}: {wrong.Message}");
        }
    }
}
