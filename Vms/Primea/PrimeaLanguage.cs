using System.Text;

namespace Granary.Vms.Primea;

/// <summary>Worlds in JSON.</summary>
internal sealed class PrimeaLanguage : IVmLanguage
{
    public string Name => "primea world";

    public string FileExtension => ".primea";

    public byte[] Compile(string text, VmLimits limits)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            byte[] code = PrimeaCompiler.CompileWorld(bytes).Encode();
            return code.Length <= limits.CodeBytesMax
                ? code
                : throw new PrimeaSourceException($"the world has {code.Length} bytes, over {limits.CodeBytesMax}", 0);
        }
        catch (PrimeaSourceException wrong)
        {
            (int line, int column) = wrong.Locate(bytes);
            throw new SourceException(wrong.Message, line, column);
        }
    }
}
