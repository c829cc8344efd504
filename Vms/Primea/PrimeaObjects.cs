namespace Granary.Vms.Primea;

/// <summary>A function reference: something of an actor that may be called, with the gas for it.</summary>
/// <param name="Private">True: by its place in a table; false: by its name.</param>
/// <param name="Parameters">Null: not said, written as an empty map.</param>
internal sealed record PrimeaFunction(
    bool Private, string Name, ulong Index, IReadOnlyList<string>? Parameters, PrimeaHash Actor, ulong Gas);

/// <summary>Primea's objects as CBOR.</summary>
internal static class PrimeaObjects
{
    /// <summary>The one function that scripts have.</summary>
    public const string Main = "main";

    public static void WriteId(PrimeaWriter output, in PrimeaHash id)
    {
        output.Tag(PrimeaTags.Id);
        output.Bytes(id.Span);
    }

    public static void WriteFunction(PrimeaWriter output, PrimeaFunction function)
    {
        output.Tag(PrimeaTags.Function);
        output.Array(4);
        output.Array(2);
        output.Bool(function.Private);
        if (function.Private)
        {
            output.Unsigned(function.Index);
        }
        else
        {
            output.Text(function.Name);
        }
        if (function.Parameters is { } parameters)
        {
            output.Array(parameters.Count);
            foreach (string parameter in parameters)
            {
                output.Text(parameter);
            }
        }
        else
        {
            output.Map(0);
        }
        WriteId(output, function.Actor);
        output.Unsigned(function.Gas);
    }

    /// <param name="storage">The CBOR list that actors of the module begin with.</param>
    public static void WriteActor(
        PrimeaWriter output, in PrimeaHash actor, in PrimeaHash moduleId, PrimeaModule module,
        ReadOnlySpan<byte> storage)
    {
        output.Tag(PrimeaTags.Actor);
        output.Array(2);
        WriteId(output, actor);
        output.Tag(PrimeaTags.Module);
        output.Array(5);
        WriteId(output, moduleId);
        output.Unsigned(module.Type);
        output.Map(1);
        output.Text(Main);
        output.Map(0);
        output.Raw(storage);
        output.Map(1);
        output.Text("/");
        if (module.Code is { } code)
        {
            output.Bytes(code.Span);
        }
        else
        {
            output.Undefined();
        }
    }
}
