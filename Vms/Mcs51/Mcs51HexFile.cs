using System.Globalization;

namespace Granary.Vms.Mcs51;

/// <summary>Intel HEX, as SDCC and every other 8051 tool writes it, turned into an image that begins at 0000.</summary>
internal sealed class Mcs51HexFile(string extension) : IVmLanguage
{
    private const int Data = 0;
    private const int EndOfFile = 1;
    private const int SegmentAddress = 2;
    private const int StartSegment = 3;
    private const int LinearAddress = 4;
    private const int StartLinear = 5;

    public string Name => "Intel HEX";

    public string FileExtension { get; } = extension;

    /// <remarks>Bytes that no record names are zero.</remarks>
    public byte[] Compile(string text, VmLimits limits)
    {
        byte[] image = new byte[Mcs51Decoder.CodeBytesMax];
        bool[] isSet = new bool[image.Length];
        int size = 0;
        long start = 0;
        int number = 0;
        foreach (ReadOnlySpan<char> whole in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = whole.TrimEnd();
            if (line.IsEmpty)
            {
                continue;
            }
            byte[] record = Record(line, number);
            int address = record[1] << 8 | record[2];
            ReadOnlySpan<byte> content = record.AsSpan(4, record[0]);
            switch (record[3])
            {
                case Data:
                    size = Math.Max(size, Place(image, isSet, start + address, content, number));
                    break;
                case EndOfFile:
                    return size > 0 ? image[..size] : throw new SourceException("The file holds no code.", number, 1);
                case SegmentAddress or LinearAddress when content.Length == 2:
                    start = (content[0] << 8 | content[1]) * (record[3] == SegmentAddress ? 16L : 65_536L);
                    break;
                case StartSegment or StartLinear:
                    break;
                default:
                    throw new SourceException($"There is no record of type {record[3]:x2}.", number, 8);
            }
        }
        throw new SourceException("The end-of-file record (:00000001FF) is missing.", Math.Max(number, 1), 1);
    }

    private static byte[] Record(ReadOnlySpan<char> line, int number)
    {
        if (line[0] != ':')
        {
            throw new SourceException("A record begins with ':'.", number, 1);
        }
        byte[] bytes = new byte[(line.Length - 1) / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            ReadOnlySpan<char> digits = line.Slice(1 + (2 * i), 2);
            if (!byte.TryParse(digits, NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out bytes[i]))
            {
                throw new SourceException("Two hexadecimal digits belong here.", number, 2 + (2 * i));
            }
        }
        if (line.Length % 2 == 0 || bytes.Length < 5 || bytes.Length != bytes[0] + 5)
        {
            throw new SourceException(
                "The record is not as long as it says: ':', count, address, type, data, checksum.", number, 1);
        }
        int sum = 0;
        foreach (byte value in bytes)
        {
            sum += value;
        }
        if ((sum & 0xFF) != 0)
        {
            int right = (bytes[^1] - sum) & 0xFF;
            throw new SourceException(
                $"The checksum is {bytes[^1]:x2}, but the record adds up to {right:x2}.", number, line.Length - 1);
        }
        return bytes;
    }

    private static int Place(byte[] image, bool[] isSet, long start, ReadOnlySpan<byte> content, int number)
    {
        if (start + content.Length > image.Length)
        {
            throw new SourceException(
                $"The record ends at {start + content.Length - 1:x}, beyond the 64 KiB of an 8051.", number, 4);
        }
        for (int i = 0; i < content.Length; i++)
        {
            int at = (int)start + i;
            if (isSet[at] && image[at] != content[i])
            {
                throw new SourceException(
                    $"The byte at {at:x4} is given twice, and not the same.", number, 10 + (2 * i));
            }
            (image[at], isSet[at]) = (content[i], true);
        }
        return (int)start + content.Length;
    }
}
