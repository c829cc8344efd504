namespace Granary.Vms.Primea;

/// <summary>
/// Values with names in them become what is stored: ids, function references (tag 43), actors (tag 45 with their
/// module, tag 44) and links to blocks of their own.
/// </summary>
internal static class PrimeaValues
{
    /// <summary>Writes one value; the links in it are uses that belong to what is written.</summary>
    /// <returns>Null, or the error: a name that nothing has.</returns>
    public static string? Write(PrimeaRun run, ref PrimeaReader script, PrimeaWriter output)
    {
        switch (script.PeekMajor())
        {
            case 4:
                int count = script.ReadArray();
                output.Array(count);
                for (int i = 0; i < count; i++)
                {
                    if (Write(run, ref script, output) is { } error)
                    {
                        return error;
                    }
                }
                return null;
            case 6:
                return WriteTagged(run, ref script, output);
            default:
                output.Raw(script.ReadItem());
                return null;
        }
    }

    /// <summary>As <see cref="Write"/>, as bytes; on an error nothing is kept.</summary>
    public static string? TryCreate(PrimeaRun run, ref PrimeaReader script, out byte[] value)
    {
        if (script.PeekMajor() is not (4 or 6))
        {
            value = script.ReadItem().ToArray();
            run.Charge(PrimeaGas.Copy(2L * value.Length));
            return null;
        }
        int start = script.Position;
        PrimeaWriter output = new();
        string? error = Write(run, ref script, output);
        value = output.ToArray();
        run.Charge(PrimeaGas.Copy(script.Position - start + value.Length));
        if (error is not null)
        {
            PrimeaBlocks.ReleaseLinks(run, value);
        }
        return error;
    }

    private static string? WriteTagged(PrimeaRun run, ref PrimeaReader script, PrimeaWriter output)
    {
        switch (script.ReadTag())
        {
            case PrimeaTags.Link:
                string? error = TryCreate(run, ref script, out byte[] content);
                if (error is null)
                {
                    output.Link(PrimeaBlocks.Put(run, content));
                }
                return error;
            case PrimeaTags.Id:
                string name = PrimeaScripts.ReadName(ref script);
                if (!PrimeaNames.TryFind(run, name, out PrimeaNamed named))
                {
                    return PrimeaNames.Unknown(name);
                }
                PrimeaObjects.WriteId(output, named.Id);
                return null;
            case PrimeaTags.Function:
                return WriteFunction(run, ref script, output);
            default:
                return WriteActor(run, ref script, output);
        }
    }

    private static string? WriteFunction(PrimeaRun run, ref PrimeaReader script, PrimeaWriter output)
    {
        script.ExpectArray(2);
        string name = PrimeaScripts.ReadName(ref script);
        ulong gas = script.ReadUnsigned(PrimeaLimits.NumberMax);
        if (!PrimeaNames.TryFindActor(run, name, out PrimeaHash actor))
        {
            return PrimeaNames.Unknown(name);
        }
        PrimeaObjects.WriteFunction(output, new PrimeaFunction(false, PrimeaObjects.Main, 0, null, actor, gas));
        return null;
    }

    private static string? WriteActor(PrimeaRun run, ref PrimeaReader script, PrimeaWriter output)
    {
        string name = PrimeaScripts.ReadName(ref script);
        if (!PrimeaNames.TryFind(run, name, out PrimeaNamed named) || named.Actor is not { } actor)
        {
            return PrimeaNames.Unknown(name);
        }
        PrimeaModule module = PrimeaModules.Read(run, named.Module);
        ReadOnlyMemory<byte> storage = PrimeaBlocks.Read(run, module.Storage);
        PrimeaBlocks.UseLinks(run, storage.Span);
        PrimeaObjects.WriteActor(output, actor, named.Module, module, storage.Span);
        return null;
    }
}
