namespace Granary.Vms;

/// <summary>Where a machine trapped, in its engine's own words (for example <c>ip 3, PRINT</c>).</summary>
public readonly record struct TrapSite(string Text)
{
    public override string ToString() => Text;
}
