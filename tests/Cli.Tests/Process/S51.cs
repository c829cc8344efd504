using System.Diagnostics;
using System.Globalization;

namespace Granary.Cli.Tests;

/// <summary>The simulator of Debian's package sdcc-ucsim: an 8051 by somebody else.</summary>
internal static class S51
{
    private const int TextColumn = 52;

    /// <summary>Runs an image until its program counter is there; what it sent, and its external memory.</summary>
    public static (string Output, byte[] Xdata) Run(string hexFile, long stop, string folder, int bytes)
    {
        string outputFile = Path.Combine(folder, "s51.out");
        ProcessStartInfo start = new("s51") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { "-t", "8052", $"-Sout={outputFile}", hexFile })
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(string.Create(
            NumberFormatInfo.InvariantInfo, $"break 0x{stop:x}\nrun\ndump xram 0 0x{bytes - 1:x}\nquit\n"));
        process.StandardInput.Close();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        byte[] xdata = new byte[bytes];
        // A row of the dump: the address, up to eight bytes, and from a fixed column on the same as text.
        foreach (string line in text.Split('\n').Where(l => l.StartsWith("0x", StringComparison.Ordinal)))
        {
            string[] words = line[..Math.Min(line.Length, TextColumn)].Split(
                ' ', StringSplitOptions.RemoveEmptyEntries);
            // The line of the break is none.
            if (words.Skip(1).Any(word => word.Length != 2 || !word.All(c => char.IsAsciiHexDigitLower(c))))
            {
                continue;
            }
            byte[] row = Convert.FromHexString(string.Concat(words.Skip(1)));
            int at = int.Parse(words[0].AsSpan(2), NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo);
            row.AsSpan(0, Math.Min(row.Length, bytes - at)).CopyTo(xdata.AsSpan(at));
        }
        return (File.ReadAllText(outputFile), xdata);
    }
}
