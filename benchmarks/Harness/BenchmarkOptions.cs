namespace Granary.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>The folder of the project, as it is given to <c>dotnet run</c>.</summary>
    public required string Project { get; init; }

    public string Usage => $"""
        Usage: dotnet run -c Release --project {Project} [-- OPTIONS]
          --filter NAME   only benchmarks whose name contains NAME; may be repeated
          --quick         tiny inputs, one round: shows that all work, its figures mean nothing
          --json FILE     writes the figures, the machine and the command to FILE
          --help          this text
        Data goes to the folder for temporary files (TMPDIR); put it on the disk that is to be measured.
        """;

    public IReadOnlyList<string> Filters { get; init; } = [];

    public bool Quick { get; init; }

    public string? JsonFile { get; init; }

    public bool Help { get; init; }

    public string Filter => string.Join("' or '", Filters);

    /// <summary>The command that gives these figures again.</summary>
    public string Command
    {
        get
        {
            List<string> words = [$"dotnet run -c Release --project {Project}"];
            words.AddRange(Filters.Select(f => $"--filter {f}"));
            words.AddRange(Quick ? ["--quick"] : []);
            words.AddRange(JsonFile is null ? [] : [$"--json {Path.GetFileName(JsonFile)}"]);
            if (words.Count > 1)
            {
                words.Insert(1, "--");
            }
            return string.Join(' ', words);
        }
    }

    public bool Takes(string name) =>
        Filters.Count == 0 || Filters.Any(f => name.Contains(f, StringComparison.Ordinal));

    public static bool TryParse(string project, string[] args, out BenchmarkOptions options, out string error)
    {
        options = new BenchmarkOptions { Project = project };
        error = "";
        for (int i = 0; i < args.Length; i++)
        {
            bool hasValue = i + 1 < args.Length;
            switch (args[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--help" or "-h" or "-?":
                    options = options with { Help = true };
                    break;
                case "--filter" when hasValue:
                    options = options with { Filters = [.. options.Filters, args[++i]] };
                    break;
                case "--json" when hasValue:
                    options = options with { JsonFile = args[++i] };
                    break;
                default:
                    error = $"'{args[i]}' is no option, or lacks its value.{Environment.NewLine}{options.Usage}";
                    return false;
            }
        }
        return true;
    }
}
