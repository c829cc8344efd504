namespace Granary.Vms.Mova;

/// <summary>Words for error messages.</summary>
internal static class MovaText
{
    private const int QuotedCharsMax = 40;
    private const int CandidatesMax = 1_000;

    /// <summary>A piece of a source text in quotes, cut when long; all but printable ASCII as numbers.</summary>
    public static string Quote(ReadOnlySpan<char> word)
    {
        System.Text.StringBuilder quoted = new("'");
        foreach (char c in word[..Math.Min(word.Length, QuotedCharsMax)])
        {
            if (char.IsAscii(c) && !char.IsControl(c))
            {
                quoted.Append(c);
            }
            else
            {
                quoted.Append(System.Globalization.NumberFormatInfo.InvariantInfo, $"\\u{(int)c:x4}");
            }
        }
        return quoted.Append(word.Length > QuotedCharsMax ? "...'" : "'").ToString();
    }

    /// <summary>A sentence that names the candidate nearest to a mistyped word, or nothing when none is near.</summary>
    public static string Suggest(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = Math.Max(1, (word.Length + 1) / 3) + 1;
        foreach (string candidate in candidates.Take(CandidatesMax))
        {
            int distance = Distance(word, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best is null ? "" : $" Did you mean '{best}'?";
    }

    /// <summary>How many characters must be put in, left out or changed to make one word of the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
