namespace Granary.Gateway;

/// <param name="Place">query or header.</param>
/// <param name="Type">As in a JSON schema: string, integer or number.</param>
internal sealed record OperationParameter(
    string Name, string Place, string Type, string Description, bool Required, bool Repeats);

/// <param name="Type">The record in JSON; null for bytes.</param>
internal sealed record OperationBody(string ContentType, Type? Type, string What, long BytesMax);

/// <param name="Type">The record in JSON; null for nothing, or for what <paramref name="ContentType"/> says.</param>
/// <param name="Headers">Headers that the answer has.</param>
internal sealed record OperationAnswer(
    int Status, Type? Type, string ContentType, string Description, IReadOnlyList<string> Headers);
