namespace Granary.Vms.Script;

/// <summary>The text form of Script.</summary>
internal sealed class ScriptLanguage : IVmLanguage
{
    public string Name => "script";

    public string FileExtension => ".gscript";

    public byte[] Compile(string text, VmLimits limits) => ScriptAssembler.Assemble(text, limits);
}
