namespace Granary.Vms.Mova;

/// <summary>The small language in which Mova programs are written; README.md describes it.</summary>
internal sealed class MovaCompiler : IVmLanguage
{
    public string Name => "mova";

    public string FileExtension => ".mova";

    public byte[] Compile(string text, VmLimits limits)
    {
        byte[] code = MovaEmitter.Emit(MovaParser.Parse(text, limits), limits);
        return code.Length > 0
            ? code
            : throw new MovaPlace(1, 1).Error(
                "The program is empty; write at least one statement, such as 'var i = 0;'.");
    }
}
