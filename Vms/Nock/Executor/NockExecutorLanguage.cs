using System.Text;

namespace Granary.Vms.Nock;

/// <summary>
/// An executor's rules: lines <c>rules declared</c> or <c>rules v0.30</c>, <c>order arrival</c> or <c>order listed</c>,
/// each at most once; <c>#</c> begins a comment.
/// </summary>
internal sealed class NockExecutorLanguage : IVmLanguage
{
    public string Name => "nock executor";

    public string FileExtension => ".executor";

    public byte[] Compile(string text, VmLimits limits)
    {
        if (!TryRead(text, out NockExecutorRules rules, out string what, out int line))
        {
            throw new SourceException(what, line, 1);
        }
        return Encoding.UTF8.GetBytes(
            $"rules {(rules.V030 ? "v0.30" : "declared")}\norder {(rules.Listed ? "listed" : "arrival")}\n");
    }

    public static bool TryRead(string text, out NockExecutorRules rules, out string what, out int line)
    {
        rules = default;
        (what, line) = ("", 0);
        HashSet<string> seen = [];
        foreach (string row in text.Split('\n'))
        {
            line++;
            string[] words = row.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }
            switch (string.Join(' ', words))
            {
                case "rules declared" or "order arrival":
                    break;
                case "rules v0.30":
                    rules = rules with { V030 = true };
                    break;
                case "order listed":
                    rules = rules with { Listed = true };
                    break;
                default:
                    what = "A line is 'rules declared', 'rules v0.30', 'order arrival' or 'order listed'.";
                    return false;
            }
            if (!seen.Add(words[0]))
            {
                what = $"There is a line '{words[0]}' already.";
                return false;
            }
        }
        return true;
    }
}
