namespace Granary.Vms.Nock;

/// <summary>The nouns of a program, each object with a number: in the order head before tail before the cell.</summary>
internal sealed class NounBase
{
    private readonly Dictionary<Noun, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<Noun> _nouns = [];

    public NounBase(Noun root)
    {
        Stack<Noun> open = new();
        open.Push(root);
        while (open.TryPeek(out Noun? next))
        {
            if (next is Cell cell && !_numbers.ContainsKey(next))
            {
                if (!_numbers.ContainsKey(cell.Head))
                {
                    open.Push(cell.Head);
                    continue;
                }
                if (!_numbers.ContainsKey(cell.Tail))
                {
                    open.Push(cell.Tail);
                    continue;
                }
            }
            open.Pop();
            if (_numbers.TryAdd(next, _nouns.Count))
            {
                _nouns.Add(next);
            }
        }
    }

    private NounBase()
    {
    }

    /// <summary>No nouns.</summary>
    public static NounBase None { get; } = new();

    public int Count => _nouns.Count;

    public Noun this[int number] => _nouns[number];

    public bool TryNumber(Noun noun, out int number) => _numbers.TryGetValue(noun, out number);
}
