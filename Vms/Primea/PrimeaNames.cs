namespace Granary.Vms.Primea;

/// <summary>
/// Names of actors and modules, which hosts and scripts use: under <c>n/</c> and the name. An id in hexadecimal digits
/// stands for its actor where no actor is called like that.
/// </summary>
internal static class PrimeaNames
{
    public static string Unknown(string name) => $"unknown name {name}";

    public static bool TryFind(PrimeaRun run, string name, out PrimeaNamed named)
    {
        bool found = run.TryGet(PrimeaKeys.OfName(name), out ReadOnlyMemory<byte> stored);
        named = found ? PrimeaNamed.Decode(stored.Span) : default;
        return found;
    }

    public static bool TryFindActor(PrimeaRun run, string name, out PrimeaHash actor)
    {
        if (TryFind(run, name, out PrimeaNamed named))
        {
            actor = named.Actor ?? default;
            return named.Actor is not null;
        }
        return PrimeaHash.TryParse(name, out actor);
    }

    public static void Set(PrimeaRun run, string name, PrimeaNamed named) =>
        run.Put(PrimeaKeys.OfName(name), named.Encode());
}
