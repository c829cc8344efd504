namespace Granary.Vms.Nock;

/// <summary>
/// The standard library: layers of arms, each with the layer before as its context. Layers and axes are those of
/// Anoma's library, so that formulas that call it by axis work; the code is our own.
/// </summary>
public static class NockLibrary
{
    private const int Layers = 12;

    private static readonly Lazy<Content> _content = new(Build);

    /// <summary>The library; layer 12 is its tail, and each layer's tail the layer before.</summary>
    public static Noun Noun => _content.Value.Noun;

    internal static Content Parts => _content.Value;

    /// <summary>What was built.</summary>
    /// <param name="Noun">The library.</param>
    /// <param name="LayerCores">The core of each layer, from 1; 0 is unused.</param>
    /// <param name="Gates">Gates by name.</param>
    internal sealed record Content(
        Noun Noun, Noun[] LayerCores, IReadOnlyDictionary<string, NockLibraryCompiler.Gate> Gates);

    private readonly record struct Arm(int Layer, ulong Axis, ulong Door, NockLibraryText Text);

    private static Content Build()
    {
        Dictionary<string, NockLibraryCompiler.Gate> gates = [];
        List<Arm> arms = [];
        foreach (NockLibraryText layer in NockLibraryText.ReadAll(NockLibrarySource.Text))
        {
            Collect(layer, gates, arms);
        }
        NockLibraryCompiler compiler = new(gates);
        Noun[] cores = new Noun[Layers + 1];
        Noun below = Atom.Zero;
        for (int layer = 1; layer <= Layers; layer++)
        {
            NockLibraryScope scope = NockLibraryScope.Empty;
            ulong axis = 1;
            for (int i = layer; i >= 1; i--)
            {
                scope = scope.With(NockLibraryCompiler.LayerName(i), axis);
                axis = NockLibraryScope.Peg(axis, 3);
            }
            Dictionary<ulong, Noun> battery = [];
            foreach (Arm arm in arms.Where(a => a.Layer == layer && a.Door == 0))
            {
                battery[arm.Axis] = arm.Text.Form == "door"
                    ? NockLibraryCompiler.DoorArm(Door(
                        compiler, arm.Text, scope, arms.Where(a => a.Layer == layer && a.Door == arm.Axis)))
                    : compiler.GateArm(arm.Text, scope, hinted: arm.Text.Form == "gate");
            }
            below = new Cell(Tree(battery, 2), below);
            cores[layer] = below;
        }
        return new Content(new Cell(Atom.Zero, below), cores, gates);
    }

    /// <summary>
    /// Reads <c>(layer n arm ...)</c>, arms being <c>(gate axis name (parameter ...) body)</c>, <c>plain</c> for one
    /// without the hint that names it, or <c>(door axis sample arm ...)</c>.
    /// </summary>
    private static void Collect(NockLibraryText layer, Dictionary<string, NockLibraryCompiler.Gate> gates,
        List<Arm> arms)
    {
        int number = (int)layer.Items[1].TryAtom()!.Low;
        foreach (NockLibraryText arm in layer.Items.Skip(2))
        {
            ulong axis = arm.Items[1].TryAtom()!.Low;
            arms.Add(new Arm(number, axis, 0, arm));
            if (arm.Form is "gate" or "plain")
            {
                gates.Add(arm.Items[2].Word, new(arm.Items[2].Word, number, axis, 0));
                continue;
            }
            foreach (NockLibraryText inner in arm.Items.Skip(3))
            {
                ulong innerAxis = inner.Items[1].TryAtom()!.Low;
                arms.Add(new Arm(number, innerAxis, axis, inner));
                gates.Add(inner.Items[2].Word, new(inner.Items[2].Word, number, innerAxis, axis));
            }
        }
    }

    private static Noun Door(
        NockLibraryCompiler compiler, NockLibraryText door, NockLibraryScope scope, IEnumerable<Arm> arms)
    {
        NockLibraryScope inner = scope.Under(7).With(door.Items[2].Word, 6);
        return Tree(arms.ToDictionary(a => a.Axis, a => a.Text.Form == "value"
            ? compiler.Compile(a.Text.Items[3], inner)
            : compiler.GateArm(a.Text, inner, hinted: false)), 2);
    }

    /// <summary>A battery with arms at their axes of the core, and 0 where there is none.</summary>
    private static Noun Tree(Dictionary<ulong, Noun> arms, ulong axis)
    {
        if (arms.TryGetValue(axis, out Noun? arm))
        {
            return arm;
        }
        return arms.Keys.Any(a => IsUnder(a, axis))
            ? new Cell(Tree(arms, 2 * axis), Tree(arms, (2 * axis) + 1))
            : Atom.Zero;
    }

    private static bool IsUnder(ulong axis, ulong above)
    {
        while (axis > above)
        {
            axis >>= 1;
        }
        return axis == above;
    }
}
