namespace Granary.Vms.Nock;

/// <summary>A gate as noun text; <c>::</c> begins a comment that goes to the end of the line.</summary>
internal sealed class NockLanguage : IVmLanguage
{
    public string Name => "nock";

    public string FileExtension => ".nock";

    public byte[] Compile(string text, VmLimits limits)
    {
        char[] clean = NockText.WithoutComments(text);
        try
        {
            byte[] code = NounJam.Jam(NockText.Parse(clean));
            return code.Length <= limits.CodeBytesMax
                ? code
                : throw new SourceException($"The code has {code.Length} bytes; {limits.CodeBytesMax} may be.", 1, 1);
        }
        catch (NounFormatException wrong)
        {
            ReadOnlySpan<char> before = clean.AsSpan(0, (int)Math.Min(wrong.Position, clean.Length));
            throw new SourceException(wrong.Message, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
        }
    }
}
