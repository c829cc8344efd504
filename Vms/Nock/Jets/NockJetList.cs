namespace Granary.Vms.Nock;

/// <summary>All jets.</summary>
internal static class NockJetList
{
    public static IReadOnlyList<NockJet> All { get; } =
    [
        .. NockAtomJets.All, .. NockSignedJets.All, .. NockNounJets.All, .. NockSignatureJets.All, .. NockTreeJets.All,
    ];
}
