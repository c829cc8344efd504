namespace Granary.Vms.Evm;

/// <summary>Reads recursive length prefixes and refuses everything that is not the one encoding of its value.</summary>
/// <remarks>Methods return false for good once the input has proved wrong; <see cref="Error"/> says where.</remarks>
internal ref struct EvmRlpReader(ReadOnlySpan<byte> input)
{
    private readonly int _total = input.Length;
    private ReadOnlySpan<byte> _rest = input;

    /// <summary>What was wrong, or null.</summary>
    public string? Error { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>What is not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True when a list comes next.</summary>
    public readonly bool IsList => !_rest.IsEmpty && _rest[0] >= 0xC0;

    public bool TryReadString(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (IsList)
        {
            return Fail("a list stands where a string is wanted");
        }
        return TryReadItem(out value);
    }

    public bool TryReadList(out EvmRlpReader items)
    {
        items = default;
        if (!_rest.IsEmpty && !IsList)
        {
            return Fail("a string stands where a list is wanted");
        }
        if (!TryReadItem(out ReadOnlySpan<byte> content))
        {
            return false;
        }
        items = new EvmRlpReader(content);
        return true;
    }

    /// <summary>A number without zeros in front.</summary>
    public bool TryReadNumber(int bytesMax, out EvmWord value)
    {
        value = EvmWord.Zero;
        if (!TryReadString(out ReadOnlySpan<byte> bytes))
        {
            return false;
        }
        if (bytes.Length > bytesMax)
        {
            return Fail($"a number of {bytes.Length} bytes; at most {bytesMax} are allowed");
        }
        if (bytes.Length > 0 && bytes[0] == 0)
        {
            return Fail("a number with zeros in front");
        }
        value = EvmWord.FromBytes(bytes);
        return true;
    }

    /// <summary>Exactly so many bytes.</summary>
    public bool TryReadFixed(int count, out ReadOnlySpan<byte> value)
    {
        if (!TryReadString(out value))
        {
            return false;
        }
        return value.Length == count || Fail($"{value.Length} bytes stand where {count} are wanted");
    }

    /// <summary>Nothing may follow.</summary>
    public bool TryEnd() => _rest.IsEmpty || Fail($"{_rest.Length} bytes follow the end");

    public bool Fail(string what)
    {
        Error ??= $"{what} (at byte {_total - _rest.Length} of {_total})";
        return false;
    }

    /// <summary>The encoded bytes of the next item with its head, which is checked only as far as its length.</summary>
    public bool TryReadEncoded(out ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> before = _rest;
        encoded = default;
        if (!TryReadItem(out _))
        {
            return false;
        }
        encoded = before[..(before.Length - _rest.Length)];
        return true;
    }

    private bool TryReadItem(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (Error is not null)
        {
            return false;
        }
        if (_rest.IsEmpty)
        {
            return Fail("cut short: an item is missing");
        }
        byte head = _rest[0];
        if (head < 0x80)
        {
            content = _rest[..1];
            _rest = _rest[1..];
            return true;
        }
        int kind = head >= 0xC0 ? 0xC0 : 0x80;
        int headBytes = 1;
        long length = head - kind;
        if (length > 55)
        {
            headBytes += (int)length - 55;
            if (!TryReadLength(headBytes - 1, out length))
            {
                return false;
            }
        }
        if (length > _rest.Length - headBytes)
        {
            return Fail($"cut short: an item of {length} bytes does not fit");
        }
        content = _rest.Slice(headBytes, (int)length);
        if (kind == 0x80 && length == 1 && content[0] < 0x80)
        {
            return Fail("a byte below 0x80 has a length in front");
        }
        _rest = _rest[(headBytes + (int)length)..];
        return true;
    }

    private bool TryReadLength(int bytes, out long length)
    {
        length = 0;
        if (bytes > _rest.Length - 1)
        {
            return Fail("cut short within a length");
        }
        // Longer lengths than that cannot fit any input; their first byte must not be 0 all the same.
        for (int i = 1; i <= bytes; i++)
        {
            length = length > int.MaxValue ? length : (length << 8) | _rest[i];
        }
        return (_rest[1] != 0 && length > 55) || Fail("a length that is not in its shortest form");
    }
}
