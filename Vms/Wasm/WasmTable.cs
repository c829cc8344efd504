namespace Granary.Vms.Wasm;

/// <summary>A table of references.</summary>
internal sealed class WasmTable
{
    private readonly uint _max;

    public WasmTable(WasmTableType type, uint slotsMax)
    {
        Type = type;
        _max = Math.Min(type.Bounds.Max ?? uint.MaxValue, slotsMax);
        Items = new ulong[type.Bounds.Min];
        Items.AsSpan().Fill(WasmReference.Null);
    }

    public WasmTableType Type { get; }

    public ulong[] Items;

    /// <summary>Written since the last save.</summary>
    public bool Touched { get; set; } = true;

    public uint Count => (uint)Items.Length;

    public bool CanGrow(uint count) => count <= _max - Math.Min(_max, Count);

    public void Grow(uint count, ulong initial)
    {
        ulong[] items = new ulong[Items.Length + (int)count];
        Items.CopyTo(items, 0);
        items.AsSpan(Items.Length).Fill(initial);
        Items = items;
        Touched = true;
    }

    public bool Contains(uint start, uint count) => (ulong)start + count <= Count;
}

/// <summary>The value of a global; shared when a global is imported.</summary>
internal sealed class WasmCell(WasmGlobalType type, ulong value)
{
    public WasmGlobalType Type { get; } = type;

    public ulong Value = value;
}
