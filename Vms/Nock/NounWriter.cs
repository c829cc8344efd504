using System.Buffers;

namespace Granary.Vms.Nock;

/// <summary>
/// Nouns for a snapshot. Each object is written once, parts first, and is known by a number from then on; those of the
/// program have the first numbers and are not written. So what is shared stays shared.
/// </summary>
internal sealed class NounWriter(NounBase program)
{
    private readonly Dictionary<Noun, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly ArrayBufferWriter<byte> _nodes = new();
    private readonly Stack<Noun> _open = new();

    /// <summary>The nodes: a varint of 0 and the numbers of head and tail, or one more than an atom's bytes and
    /// these.</summary>
    public ReadOnlySpan<byte> Nodes => _nodes.WrittenSpan;

    /// <summary>The number of a noun, written if it was not.</summary>
    public int Add(Noun noun)
    {
        if (TryNumber(noun, out int number))
        {
            return number;
        }
        _open.Push(noun);
        while (_open.TryPeek(out Noun? next))
        {
            if (TryNumber(next, out number))
            {
                _open.Pop();
                continue;
            }
            if (next is Cell cell)
            {
                if (!TryNumber(cell.Head, out int head))
                {
                    _open.Push(cell.Head);
                    continue;
                }
                if (!TryNumber(cell.Tail, out int tail))
                {
                    _open.Push(cell.Tail);
                    continue;
                }
                WriteVarint(_nodes, 0);
                WriteVarint(_nodes, (uint)head);
                WriteVarint(_nodes, (uint)tail);
            }
            else
            {
                WriteAtom((Atom)next);
            }
            _open.Pop();
            number = program.Count + _numbers.Count;
            _numbers.Add(next, number);
        }
        return number;
    }

    public static void WriteVarint(IBufferWriter<byte> output, uint value)
    {
        Span<byte> span = output.GetSpan(5);
        int count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[count++] = (byte)(value | 0x80);
        }
        span[count++] = (byte)value;
        output.Advance(count);
    }

    private bool TryNumber(Noun noun, out int number) =>
        program.TryNumber(noun, out number) || _numbers.TryGetValue(noun, out number);

    private void WriteAtom(Atom atom)
    {
        int size = atom.ByteLength;
        WriteVarint(_nodes, (uint)size + 1);
        atom.CopyTo(_nodes.GetSpan(size)[..size]);
        _nodes.Advance(size);
    }
}
