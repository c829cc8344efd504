namespace Granary.Vms.Nock;

/// <summary>Which calls are done natively: those of gates that are the library's own, in content and context.</summary>
/// <remarks>
/// A gate is one of the library's when its battery and what it can reach of its context are, part for part; which
/// object they are does not matter. What a cell is found to be is kept in the cell, so that each is looked at once.
/// </remarks>
internal sealed class NockJets
{
    private const int Unknown = -1;

    private static readonly Lazy<Table> _table = new(() => new Table());

    private readonly Func<NockJet, bool>? _chosen;

    private NockJets(Func<NockJet, bool>? chosen) => _chosen = chosen;

    /// <summary>No call is done natively.</summary>
    public static NockJets None { get; } = new(static _ => false);

    public static NockJets All { get; } = new(null);

    /// <summary>Some, to compare a jet with the code that it stands for.</summary>
    public static NockJets Of(Func<NockJet, bool> chosen) => new(chosen);

    /// <summary>False when the core is surely none of the library's gates. Costs almost nothing.</summary>
    public bool MayHit(Noun core) => core is Cell { Head: Cell battery } && battery.Known != Unknown
        && !ReferenceEquals(this, None) && _table.Value.MayBeBattery(battery);

    /// <summary>The jet of a gate of the library, or null.</summary>
    public NockJet? Find(Noun core) =>
        _table.Value.Find(core) is { } jet && (_chosen is null || _chosen(jet)) ? jet : null;

    private sealed class Table
    {
        private readonly Dictionary<(int Head, int Tail), int> _cells = [];
        private readonly Dictionary<Atom, int> _atoms = [];
        private readonly Dictionary<int, List<(NockJet Jet, int Layer, int Door)>> _byBattery = [];

        public Table()
        {
            NockLibrary.Content library = NockLibrary.Parts;
            Learn(library.Noun);
            foreach (NockJet jet in NockJetList.All)
            {
                NockLibraryCompiler.Gate gate = library.Gates[jet.Name];
                Noun layer = library.LayerCores[gate.Layer];
                int door = Unknown;
                Noun arm;
                if (gate.Door == 0)
                {
                    arm = NounSlots.Get(layer, gate.Arm)!;
                    // [7 [8 [1 sample] [1 battery] 0 1] hint], or without the hint
                    arm = arm is Cell { Head: Atom { Low: 7 } } ? NounSlots.Get(arm, 6)! : arm;
                }
                else
                {
                    Noun doorBattery = NounSlots.Get(NounSlots.Get(layer, gate.Door)!, 29)!;
                    door = Number(doorBattery);
                    arm = NounSlots.Get(new Cell(doorBattery, Atom.Zero), gate.Arm)!;
                }
                // [8 [1 sample] [1 battery] 0 1]
                int battery = Number(NounSlots.Get(arm, 29)!);
                if (!_byBattery.TryGetValue(battery, out List<(NockJet, int, int)>? jets))
                {
                    _byBattery[battery] = jets = [];
                }
                jets.Add((jet, Number(layer), door));
            }
        }

        public bool MayBeBattery(Cell battery) => _byBattery.ContainsKey(Number(battery));

        public NockJet? Find(Noun core)
        {
            if (core is not Cell { Head: Cell battery, Tail: Cell { Tail: var context } }
                || !_byBattery.TryGetValue(Number(battery), out List<(NockJet Jet, int Layer, int Door)>? jets))
            {
                return null;
            }
            foreach ((NockJet jet, int layer, int door) in jets)
            {
                bool same = door == Unknown
                    ? Number(context) == layer
                    : context is Cell { Head: var head, Tail: Cell { Tail: var above } } && Number(head) == door
                        && Number(above) == layer;
                if (same)
                {
                    return jet;
                }
            }
            return null;
        }

        /// <summary>Numbers every part of the library, equal parts alike.</summary>
        private void Learn(Noun root)
        {
            NounBase parts = new(root);
            int[] numbers = new int[parts.Count];
            for (int i = 0; i < parts.Count; i++)
            {
                if (parts[i] is Atom atom)
                {
                    _atoms.TryAdd(atom, _atoms.Count + 1);
                    numbers[i] = _atoms[atom];
                    continue;
                }
                Cell cell = (Cell)parts[i];
                parts.TryNumber(cell.Head, out int head);
                parts.TryNumber(cell.Tail, out int tail);
                // Numbers of cells are even and of atoms odd once doubled, so that they do not meet.
                (int, int) key = (Mark(cell.Head, numbers[head]), Mark(cell.Tail, numbers[tail]));
                _cells.TryAdd(key, _cells.Count + 1);
                numbers[i] = _cells[key];
            }
        }

        private static int Mark(Noun noun, int number) => (2 * number) + (noun is Atom ? 1 : 0);

        /// <summary>The number of a noun that is a part of the library, marked; -1 for any other.</summary>
        private int Number(Noun noun)
        {
            if (noun is Atom atom)
            {
                return _atoms.TryGetValue(atom, out int number) ? Mark(atom, number) : Unknown;
            }
            Cell top = (Cell)noun;
            if (top.Known != 0)
            {
                return top.Known;
            }
            Stack<Cell> open = new();
            open.Push(top);
            while (open.TryPeek(out Cell? cell))
            {
                if (cell.Head is Cell { Known: 0 } head)
                {
                    open.Push(head);
                    continue;
                }
                int first = Number(cell.Head);
                if (first != Unknown && cell.Tail is Cell { Known: 0 } tail)
                {
                    open.Push(tail);
                    continue;
                }
                open.Pop();
                cell.Known = first != Unknown && Number(cell.Tail) is var second and not Unknown
                    && _cells.TryGetValue((first, second), out int number) ? Mark(cell, number) : Unknown;
            }
            return top.Known;
        }
    }
}
