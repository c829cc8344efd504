using Granary.Vms;

namespace Granary.Embedded.Tests;

/// <summary>The engines and programs of these tests.</summary>
internal static class Engines
{
    public static VmEngines All => BuiltInEngines.All;

    public static ReadOnlyMemory<byte> Compile(string extension, string source)
    {
        (IVmEngine _, IVmLanguage language) = All.FindLanguage(extension)!.Value;
        return language.Compile(source, VmLimits.Default);
    }
}
