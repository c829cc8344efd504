using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// What must hold at the end: <c>counter/n == 100</c>, <c>a/balance + b/balance == 200</c>, <c>log/last == "done"</c>,
/// <c>log/bad missing</c>. A term is a kernel, a slash and a key of what it stores; a key that is not there counts as
/// 0.
/// </summary>
public sealed partial class Expectation
{
    private readonly IReadOnlyList<(KernelId Kernel, string Key)> _terms;
    private readonly string _comparison;
    private readonly string? _word;
    private readonly long _number;

    private Expectation(
        string text, IReadOnlyList<(KernelId Kernel, string Key)> terms, string comparison, string? word, long number)
    {
        Text = text;
        (_terms, _comparison, _word, _number) = (terms, comparison, word, number);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The kernels that it asks of.</summary>
    public IEnumerable<KernelId> Kernels => _terms.Select(t => t.Kernel);

    /// <summary>Null when the text says nothing that can be checked; <paramref name="problem"/> says why.</summary>
    public static Expectation? Parse(string text, out string problem)
    {
        Match match = Shape().Match(text);
        if (!match.Success)
        {
            problem = "write 'KERNEL/KEY + KERNEL/KEY == NUMBER' (or != < <= > >=), 'KERNEL/KEY == \"TEXT\"' or "
                + "'KERNEL/KEY missing'";
            return null;
        }
        List<(KernelId, string)> terms = [];
        foreach (string term in match.Groups["sum"].Value.Split(" + ", StringSplitOptions.TrimEntries))
        {
            int slash = term.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !KernelId.TryParse(term[..slash], out KernelId kernel) || slash + 1 == term.Length)
            {
                problem = $"'{term}' is no kernel with a key behind a slash";
                return null;
            }
            terms.Add((kernel, term[(slash + 1)..]));
        }
        string comparison = match.Groups["missing"].Success ? "missing" : match.Groups["op"].Value;
        string? word = match.Groups["word"].Success ? match.Groups["word"].Value : null;
        long number = 0;
        problem = terms.Count > 1 && (word is not null || comparison == "missing")
                ? "only numbers can be added up"
            : word is not null && comparison is not ("==" or "!=") ? "texts are equal (==) or not (!=)"
            : match.Groups["number"].Success && !long.TryParse(
                match.Groups["number"].Value, NumberStyles.AllowLeadingSign, NumberFormatInfo.InvariantInfo,
                out number) ? $"'{match.Groups["number"].Value}' is too large"
            : "";
        return problem.Length > 0 ? null : new Expectation(text, terms, comparison, word, number);
    }

    /// <summary>Null when it holds, otherwise what is there instead.</summary>
    internal string? Check(Func<KernelId, FinalKernel> find)
    {
        string? first = find(_terms[0].Kernel).Text(_terms[0].Key);
        if (_comparison == "missing")
        {
            return first is null ? null : $"'{first}'";
        }
        if (_word is not null)
        {
            return first == _word == (_comparison == "==") ? null : first is null ? "nothing" : $"'{first}'";
        }
        long sum = 0;
        foreach ((KernelId kernel, string key) in _terms)
        {
            sum += find(kernel).Number(key);
        }
        bool holds = _comparison switch
        {
            "==" => sum == _number,
            "!=" => sum != _number,
            "<" => sum < _number,
            "<=" => sum <= _number,
            ">" => sum > _number,
            _ => sum >= _number,
        };
        return holds ? null : sum.ToString(NumberFormatInfo.InvariantInfo);
    }

    [GeneratedRegex(
        """^\s*(?<sum>\S+(\s\+\s\S+)*)\s+"""
        + """((?<missing>missing)|(?<op>==|!=|<=|>=|<|>)\s+("(?<word>[^"]*)"|(?<number>-?\d+)))\s*$""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
