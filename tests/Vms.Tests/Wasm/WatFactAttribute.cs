namespace Granary.Vms.Tests.Wasm;

/// <summary>A fact about programs in the text format; skipped, and saying so, where wabt is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WatFactAttribute : FactAttribute
{
    public WatFactAttribute()
    {
        if (WastTools.Find("wat2wasm") is null)
        {
            Skip = WastTools.Missing;
        }
    }
}
