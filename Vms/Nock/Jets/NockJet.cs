namespace Granary.Vms.Nock;

/// <summary>A gate of the library that is done natively.</summary>
/// <param name="Name">Its name in the library.</param>
/// <param name="Steps">What a call counts on Anoma's meter, in place of the steps of the gate.</param>
internal abstract record NockJet(string Name, int Steps)
{
    /// <summary>
    /// What the gate's code would give, or null when it would crash or never end. Work beyond the price is
    /// counted in the call.
    /// </summary>
    public abstract Noun? Run(Noun sample, Noun door, ref NockJetCall call);
}
