using System.Text.Json.Serialization;

namespace Granary.Gateway;

/// <summary>The file <c>tokens.json</c>.</summary>
internal sealed record TokenDocument(int Version, IReadOnlyList<StoredToken> Tokens);

/// <param name="Hash">SHA-256 of the token's text, in hexadecimal.</param>
internal sealed record StoredToken(string Id, string Name, ApiRole Role, string Hash, long CreatedAt);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TokenDocument))]
internal sealed partial class TokenJson : JsonSerializerContext;
