using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>Names and where they lie in the subject.</summary>
internal sealed class NockLibraryScope
{
    private readonly Dictionary<string, ulong> _axes;

    private NockLibraryScope(Dictionary<string, ulong> axes) => _axes = axes;

    public static NockLibraryScope Empty { get; } = new([]);

    public ulong? Find(string name) => _axes.TryGetValue(name, out ulong axis) ? axis : null;

    /// <summary>The same names when the subject has become the part at an axis of another.</summary>
    public NockLibraryScope Under(ulong axis) => new(_axes.ToDictionary(p => p.Key, p => Peg(axis, p.Value)));

    public NockLibraryScope With(string name, ulong axis) =>
        new(new Dictionary<string, ulong>(_axes) { [name] = axis });

    /// <summary>Names for the parts of a tuple at an axis.</summary>
    public NockLibraryScope WithTuple(IReadOnlyList<string> names, ulong axis)
    {
        NockLibraryScope scope = this;
        for (int i = 0; i < names.Count; i++)
        {
            bool last = i == names.Count - 1;
            scope = scope.With(names[i], last ? axis : Peg(axis, 2));
            axis = Peg(axis, 3);
        }
        return scope;
    }

    /// <summary>The axis of the part at <paramref name="inner"/> of the part at <paramref name="outer"/>.</summary>
    public static ulong Peg(ulong outer, ulong inner)
    {
        int turns = 63 - BitOperations.LeadingZeroCount(inner);
        return checked((outer << turns) | (inner & ((1UL << turns) - 1)));
    }
}
