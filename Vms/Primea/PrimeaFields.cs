namespace Granary.Vms.Primea;

/// <summary>The fields that an object may have, and which of them were there.</summary>
internal struct PrimeaFields(params string[] names)
{
    private uint _taken;

    /// <summary>The number of a field, which may come once.</summary>
    public int Take(ref PrimeaJson json, string name)
    {
        int index = Array.IndexOf(names, name);
        if (index < 0)
        {
            throw json.Bad($"there is no field \"{name}\" here; there are {string.Join(", ", names)}");
        }
        if (Has(index))
        {
            throw json.Bad($"the field \"{name}\" stands here twice");
        }
        _taken |= 1u << index;
        return index;
    }

    public readonly bool Has(int index) => (_taken & (1u << index)) != 0;

    /// <summary>Complains of a field that is missing, or that does not belong to this kind. "do" always does.</summary>
    public readonly void Check(long offset, string what, int[] required, int[] allowed)
    {
        for (int i = 0; i < names.Length; i++)
        {
            bool wanted = required.Contains(i);
            if (wanted && !Has(i))
            {
                throw new PrimeaSourceException($"{what} has no field \"{names[i]}\"", offset);
            }
            if (!wanted && Has(i) && !allowed.Contains(i) && names[i] != "do")
            {
                throw new PrimeaSourceException($"{what} has no use for the field \"{names[i]}\"", offset);
            }
        }
    }
}
