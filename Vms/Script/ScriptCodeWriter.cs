using System.Buffers;
using System.Text;

namespace Granary.Vms.Script;

/// <summary>Writes the small parts of code; the mirror of <see cref="ScriptCodeReader"/>.</summary>
internal sealed class ScriptCodeWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();

    public int Count => _output.WrittenCount;

    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    public void WriteByte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        WriteByte((byte)value);
    }

    public void WriteInteger(long value) => WriteVarint(((ulong)value << 1) ^ (ulong)(value >> 63));

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteVarint((ulong)value.Length);
        _output.Write(value);
    }

    public void WriteName(string name) => WriteBytes(Encoding.ASCII.GetBytes(name));
}
