namespace Granary.Simulation;

/// <summary>What is to happen, by virtual time and then by the order in which it was planned: a binary heap.</summary>
internal sealed class EventQueue
{
    private Item[] _items = new Item[256];
    private long _planned;

    public int Count { get; private set; }

    public void Plan(long at, Action run)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }
        int place = Count++;
        Item item = new(at, _planned++, run);
        while (place > 0)
        {
            int parent = (place - 1) / 2;
            if (!item.IsBefore(_items[parent]))
            {
                break;
            }
            _items[place] = _items[parent];
            place = parent;
        }
        _items[place] = item;
    }

    public (long At, long Number, Action Run) Take()
    {
        Item first = _items[0];
        Item last = _items[--Count];
        _items[Count] = default;
        int place = 0;
        while (true)
        {
            int child = (place * 2) + 1;
            if (child >= Count)
            {
                break;
            }
            if (child + 1 < Count && _items[child + 1].IsBefore(_items[child]))
            {
                child++;
            }
            if (!_items[child].IsBefore(last))
            {
                break;
            }
            _items[place] = _items[child];
            place = child;
        }
        if (Count > 0)
        {
            _items[place] = last;
        }
        return (first.At, first.Number, first.Run);
    }

    private readonly record struct Item(long At, long Number, Action Run)
    {
        public bool IsBefore(in Item other) => At < other.At || (At == other.At && Number < other.Number);
    }
}
