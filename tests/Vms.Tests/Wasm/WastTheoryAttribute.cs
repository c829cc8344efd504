namespace Granary.Vms.Tests.Wasm;

/// <summary>A theory over the official suite; skipped, and saying so, where its converter is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WastTheoryAttribute : TheoryAttribute
{
    public WastTheoryAttribute()
    {
        if (WastTools.Find("wast2json") is null)
        {
            Skip = WastTools.Missing;
        }
    }
}
