using System.Globalization;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>A line of a message: words with spaces between; # begins a comment.</summary>
internal readonly record struct Mcs51TextLine(int LineNumber, string Rest, string[] Words)
{
    public string Word => Words[0];

    /// <summary>The lines that say something.</summary>
    /// <exception cref="Mcs51TransactionException">The bytes are no text.</exception>
    public static List<Mcs51TextLine> Split(ReadOnlySpan<byte> payload)
    {
        if (!System.Text.Unicode.Utf8.IsValid(payload))
        {
            throw new Mcs51TransactionException("The message is not UTF-8 text.");
        }
        List<Mcs51TextLine> lines = [];
        int number = 0;
        foreach (string line in Encoding.UTF8.GetString(payload).Split('\n'))
        {
            number++;
            string text = line.Split('#')[0].Trim();
            if (text.Length > 0)
            {
                string[] words = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                lines.Add(new Mcs51TextLine(number, text[words[0].Length..].Trim(), words));
            }
        }
        return lines;
    }

    /// <summary>Any bytes, or exactly so many.</summary>
    public byte[] Hex(int index, int bytes = -1)
    {
        string text = At(index);
        byte[] value = new byte[text.Length / 2];
        bool isHex = text.Length % 2 == 0
            && Convert.FromHexString(text, value, out _, out _) == System.Buffers.OperationStatus.Done;
        if (!isHex || (bytes >= 0 && value.Length != bytes))
        {
            throw Wrong(bytes >= 0 ? $"wants {bytes} bytes in hexadecimal, not '{Short(text)}'"
                : $"wants hexadecimal digits, not '{Short(text)}'");
        }
        return value;
    }

    public ulong Number(int index, long max)
    {
        string text = At(index);
        return ulong.TryParse(text, NumberStyles.None, NumberFormatInfo.InvariantInfo, out ulong value)
            && value <= (ulong)max
            ? value
            : throw Wrong(string.Create(
                NumberFormatInfo.InvariantInfo, $"wants a number of at most {max}, not '{Short(text)}'"));
    }

    public string At(int index) => index < Words.Length ? Words[index] : throw Wrong("lacks a value");

    public Mcs51TransactionException Wrong(string what) => new(string.Create(
        NumberFormatInfo.InvariantInfo, $"Line {LineNumber}: '{Short(Word)}' {what}."));

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
