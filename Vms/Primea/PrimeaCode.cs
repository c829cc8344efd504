namespace Granary.Vms.Primea;

/// <summary>Which rules a world follows.</summary>
internal enum PrimeaModel : byte
{
    /// <summary>Actors, modules and function references: version 0.9 of 2018.</summary>
    Actors = 0,

    /// <summary>Instances, channels and ports: version 0.1 of 2017.</summary>
    Ports = 1,
}

/// <summary>Checked code: what a new world begins with.</summary>
/// <param name="Meter">False: nothing is charged and ticks stand still, as in worlds without a meter.</param>
/// <param name="Nonce">Where the world's counter starts.</param>
/// <param name="Operations">A CBOR array of operations, each checked.</param>
internal sealed record PrimeaCode(PrimeaModel Model, bool Meter, ulong Nonce, ReadOnlyMemory<byte> Operations)
{
    public const string PortsNeedTicks = "a world of ports has a meter: its order is made of ticks";

    private const int FormatVersion = 1;

    public byte[] Encode()
    {
        PrimeaWriter writer = new();
        writer.Array(5);
        writer.Unsigned(FormatVersion);
        writer.Unsigned((ulong)Model);
        writer.Bool(Meter);
        writer.Unsigned(Nonce);
        writer.Raw(Operations.Span);
        return writer.ToArray();
    }

    /// <exception cref="PrimeaFormatException">It is none.</exception>
    public static PrimeaCode Decode(ReadOnlyMemory<byte> code)
    {
        PrimeaReader reader = new(code.Span);
        reader.ExpectArray(5);
        if (reader.ReadUnsigned() != FormatVersion)
        {
            throw reader.Bad($"the version of the code is not {FormatVersion}");
        }
        PrimeaModel model = (PrimeaModel)reader.ReadUnsigned((ulong)PrimeaModel.Ports);
        bool meter = reader.ReadBool();
        if (model == PrimeaModel.Ports && !meter)
        {
            throw reader.Bad(PortsNeedTicks);
        }
        ulong nonce = reader.ReadUnsigned(PrimeaLimits.NumberMax);
        int start = reader.Position;
        PrimeaScripts.CheckOperations(ref reader, model);
        int end = reader.Position;
        reader.ExpectEnd();
        return new PrimeaCode(model, meter, nonce, code[start..end]);
    }
}
