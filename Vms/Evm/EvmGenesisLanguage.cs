using System.Text.Json;

namespace Granary.Vms.Evm;

/// <summary>
/// A world's beginning as JSON, in the form that Ethereum's clients read: <c>config.chainId</c>, <c>alloc</c> with
/// balance, nonce, code and storage of accounts, <c>gasLimit</c>, <c>baseFeePerGas</c>, <c>coinbase</c>,
/// <c>timestamp</c>; and <c>config.rules</c>, the name of a rule set. Other fields are refused, so that none is
/// believed to work.
/// </summary>
internal sealed class EvmGenesisLanguage : IVmLanguage
{
    private static readonly JsonDocumentOptions _json = new()
    {
        AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
    };

    public string Name => "Ethereum genesis";

    public string FileExtension => ".genesis";

    public byte[] Compile(string text, VmLimits limits)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text, _json);
        }
        catch (JsonException broken)
        {
            throw new SourceException(
                broken.Message, (int)(broken.LineNumber ?? 0) + 1, (int)(broken.BytePositionInLine ?? 0) + 1);
        }
        using (document)
        {
            byte[] code = Read(document.RootElement).Encode();
            return code.Length <= limits.CodeBytesMax
                ? code
                : throw new SourceException(
                    $"the genesis takes {code.Length} bytes; the most is {limits.CodeBytesMax}", 1, 1);
        }
    }

    private static EvmGenesis Read(JsonElement root)
    {
        try
        {
            return EvmGenesisReader.Read(root);
        }
        catch (InvalidOperationException broken)
        {
            // This is how the platform refuses escapes that are not Unicode.
            throw new SourceException(broken.Message, 1, 1);
        }
    }
}
