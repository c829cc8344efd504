namespace Granary.Vms.Tests.Wasm;

/// <summary>A fact that compares with V8; skipped, and saying so, where Node.js is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        if (WastTools.Find("node") is null)
        {
            Skip = "Node.js is not installed: nothing to compare with.";
        }
    }
}
