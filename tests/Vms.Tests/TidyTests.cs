using System.Text.RegularExpressions;
using Granary.Tests;

namespace Granary.Vms.Tests;

/// <summary>The style rules that a machine can check, over the whole tree.</summary>
public sealed partial class TidyTests
{
    private const int LinesMax = 400;
    private const int LineCharsMax = 120;

    private static readonly string _root = VectorFolders.RepositoryRoot();

    [Fact]
    public void Source_files_fit_one_idea()
    {
        // Tables of opcodes are as long as the machine is rich.
        IEnumerable<string> tooLong = Files("*.cs").Where(f => !f.EndsWith("Opcodes.cs", StringComparison.Ordinal))
            .Where(f => File.ReadAllLines(f).Length > LinesMax);
        Assert.Empty(tooLong.Select(Show));
    }

    [Fact]
    public void Lines_fit_a_screen()
    {
        IEnumerable<string> tooLong = Files("*.cs")
            .SelectMany(f => File.ReadLines(f).Select((text, i) => (File: f, Number: i + 1, text)))
            .Where(l => l.text.Length > LineCharsMax)
            .Select(l => $"{Show(l.File)}:{l.Number}");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Documents_have_one_title()
    {
        IEnumerable<string> wrong = Files("*.md").Where(f => Titles(f) != 1).Select(Show);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        List<string> broken = [];
        foreach (string file in Files("*.md"))
        {
            foreach (Match link in LinkPattern().Matches(File.ReadAllText(file)))
            {
                string target = link.Groups[1].Value;
                bool outside = target.Contains("://", StringComparison.Ordinal) || target.StartsWith('#');
                string path = Path.Combine(Path.GetDirectoryName(file)!, target.Split('#')[0]);
                if (!outside && !File.Exists(path) && !Directory.Exists(path))
                {
                    broken.Add($"{Show(file)}: {target}");
                }
            }
        }
        Assert.Empty(broken);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        IEnumerable<string> unfinished = Files("*.cs").Where(f => !f.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .Where(f => LaterPattern().IsMatch(File.ReadAllText(f)));
        Assert.Empty(unfinished.Select(Show));
    }

    [Fact]
    public void Engine_folders_have_the_same_files()
    {
        foreach (string folder in EngineFolders())
        {
            string engine = Path.GetFileName(folder);
            string[] wanted =
            [
                "README.md", $"{engine}Engine.cs", $"{engine}Program.cs", $"{engine}Container.cs", $"{engine}State.cs",
                $"{engine}Opcodes.cs", $"{engine}Interpreter.cs", $"{engine}Snapshot.cs", $"{engine}Disassembler.cs",
            ];
            Assert.Empty(wanted.Where(f => !File.Exists(Path.Combine(folder, f))).Select(f => $"{engine} lacks {f}"));
        }
    }

    [Fact]
    public void Engines_do_not_know_each_other()
    {
        string[] engines = [.. EngineFolders().Select(f => Path.GetFileName(f)!)];
        foreach (string folder in EngineFolders())
        {
            foreach (string other in engines.Where(e => e != Path.GetFileName(folder)))
            {
                IEnumerable<string> guilty = Directory.EnumerateFiles(folder, "*.cs")
                    .Where(f => File.ReadAllText(f).Contains($"Granary.Vms.{other}", StringComparison.Ordinal));
                Assert.Empty(guilty.Select(Show));
            }
        }
    }

    private static IEnumerable<string> EngineFolders() => Directory.EnumerateDirectories(Path.Combine(_root, "Vms"))
        .Where(f => Path.GetFileName(f) is not ("Container" or "Gas" or "Snapshots" or "bin" or "obj"))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(_root, pattern, SearchOption.AllDirectories)
            .Where(f => !BuildOutputPattern().IsMatch(Show(f)))
            .Order(StringComparer.Ordinal);

    private static int Titles(string file)
    {
        bool inCode = false;
        int titles = 0;
        foreach (string line in File.ReadLines(file))
        {
            inCode ^= line.StartsWith("```", StringComparison.Ordinal);
            titles += !inCode && line.StartsWith("# ", StringComparison.Ordinal) ? 1 : 0;
        }
        return titles;
    }

    private static string Show(string file) => Path.GetRelativePath(_root, file);

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b|\bXXX\b")]
    private static partial Regex LaterPattern();

    [GeneratedRegex(@"(^|[\\/])(bin|obj|TestResults|node_modules|\.git)[\\/]")]
    private static partial Regex BuildOutputPattern();
}
