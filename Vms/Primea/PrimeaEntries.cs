namespace Granary.Vms.Primea;

/// <summary>The entry points of a world: what the host may ask of it.</summary>
internal static class PrimeaEntries
{
    public const string Send = "send";
    public const string Root = "root";
    public const string SetRoot = "setRoot";
    public const string NewActor = "newActor";
    public const string CreateModule = "createModule";
    public const string CreateActor = "createActor";
    public const string Actor = "actor";

    /// <summary>Those of each model; the first is meant when a message names none.</summary>
    public static IReadOnlyList<string> Of(PrimeaModel model) => model == PrimeaModel.Actors
        ? [Send, Root, SetRoot, NewActor, CreateModule, CreateActor, Actor]
        : [Send, Root];
}
