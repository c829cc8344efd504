namespace Granary.Simulation;

/// <summary>What is to happen, by virtual time and then by the order in which it was planned: a binary heap.</summary>
internal sealed class EventQueue
{
    private Item[] _items = new Item[256];
    private long _planned;

    public int Count { get; private set; }

    public void Plan(in PlannedEvent planned)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }
        int place = Count++;
        Item item = new(planned, _planned++);
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

    public PlannedEvent Take()
    {
        PlannedEvent first = _items[0].Planned;
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
        return first;
    }

    private readonly record struct Item(PlannedEvent Planned, long Number)
    {
        public bool IsBefore(in Item other) =>
            Planned.At < other.Planned.At || (Planned.At == other.Planned.At && Number < other.Number);
    }
}
