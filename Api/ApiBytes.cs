using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Granary.Api;

/// <summary>Bytes in JSON. Only <see cref="Hex"/> counts when it is read.</summary>
public sealed record ApiBytes(
    string Hex, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null)
{
    public static ApiBytes Of(ReadOnlyMemory<byte> bytes) => new(
        Convert.ToHexStringLower(bytes.Span),
        Utf8.IsValid(bytes.Span) ? System.Text.Encoding.UTF8.GetString(bytes.Span) : null);

    /// <exception cref="FormatException">It is not hexadecimal.</exception>
    public byte[] ToArray() => Convert.FromHexString(Hex);
}
