namespace Granary.Vms.Nock;

/// <summary>A jet of the set or map door, whose sample is the set or map.</summary>
internal sealed record NockTreeJet(string Name, int Steps, NockTreeJet.Function Body) : NockJet(Name, Steps)
{
    internal delegate Noun? Function(Noun tree, Noun sample, ref NockJetCall call);

    public override Noun? Run(Noun sample, Noun door, ref NockJetCall call) => Body(door, sample, ref call);
}

/// <summary>Sets and maps.</summary>
internal static class NockTreeJets
{
    public static IReadOnlyList<NockJet> All { get; } =
    [
        new NockNounJet("silt", 30, Silt),
        new NockTreeJet("in-put", 30, (Noun set, Noun element, ref NockJetCall call) =>
            new NockTree(ref call, isMap: false).Put(set, element)),
        new NockTreeJet("in-has", 30, (Noun set, Noun element, ref NockJetCall call) =>
            new NockTree(ref call, isMap: false).Find(set, element, out bool found) is null
                ? null
                : Atom.Loobean(found)),
        new NockTreeJet("in-uni", 30, (Noun set, Noun other, ref NockJetCall call) =>
            new NockTree(ref call, isMap: false).Union(set, other)),
        new NockTreeJet("in-int", 30, (Noun set, Noun other, ref NockJetCall call) =>
            new NockTree(ref call, isMap: false).Intersection(set, other)),
        new NockTreeJet("in-dif", 30, (Noun set, Noun other, ref NockJetCall call) =>
            new NockTree(ref call, isMap: false).Difference(set, other)),
        new NockTreeJet("in-duni", 30, (Noun set, Noun other, ref NockJetCall call) =>
            new NockTree(ref call, isMap: false).Intersection(set, other) is Atom { BitLength: 0 }
                ? new NockTree(ref call, isMap: false).Union(set, other)
                : null),
        new NockTreeJet("by-put", 30, (Noun map, Noun pair, ref NockJetCall call) =>
            pair is Cell ? new NockTree(ref call, isMap: true).Put(map, pair) : null),
        new NockTreeJet("by-got", 30, (Noun map, Noun key, ref NockJetCall call) =>
            new NockTree(ref call, isMap: true).Find(map, key, out bool found) is Cell { Tail: var value } && found
                ? value
                : null),
    ];

    private static Noun? Silt(Noun list, ref NockJetCall call)
    {
        NockTree sets = new(ref call, isMap: false);
        Noun? set = Atom.Zero;
        for (; list is Cell cell && set is not null; list = cell.Tail)
        {
            set = sets.Put(set, cell.Head);
        }
        return list is Atom { BitLength: 0 } ? set : null;
    }
}
