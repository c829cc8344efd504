using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Granary.Vms.Mcs51.Tests;

internal interface IMcs51Vector
{
    string Id { get; }
}

internal sealed record Mcs51Base(string Ram, string Sfr);

internal sealed record Mcs51AluTable(string Id, string Mode, string Op, int Bytes, string Sha256, string? Table);

internal sealed record Mcs51OpcodeVector(
    string Id, string Op, int B, string Pc, Dictionary<string, string> Rom, Dictionary<string, string> Ram,
    Dictionary<string, string> Sfr, Dictionary<string, string> X, Mcs51OpcodeResult Out) : IMcs51Vector;

internal sealed record Mcs51OpcodeResult(
    string Pc, Dictionary<string, string> Ram, Dictionary<string, string> Sfr, Dictionary<string, string> X, int Steps,
    int Cycles);

internal sealed record Mcs51StockProgramVector(
    string Id, string Rom, string Contract, string StopPc, long Insts, long Cycles, string Ram, string Sfr,
    string X1000) : IMcs51Vector
{
    // The files write names with an underscore.
    [JsonPropertyName("stop_pc")]
    public string StopPc { get; init; } = StopPc;
}

internal sealed record Mcs51ApiVector(string Id, Mcs51Environment? Env, Mcs51ApiCall[] Calls) : IMcs51Vector;

internal sealed record Mcs51ApiCall(int Method, string Req, int Ret, long Step, string Resp);

internal sealed record Mcs51ContractVector(
    string Id, string Rom, long MaxStep, Mcs51Environment? Env, long Ret, string Pc, string Ram, string Sfr,
    string X1000) : IMcs51Vector
{
    [JsonPropertyName("maxstep")]
    public long MaxStep { get; init; } = MaxStep;

    [JsonPropertyName("xdata_sha256")]
    public string XdataSha256 { get; init; } = "";
}

/// <summary>What a contract may ask of its transaction; the defaults are those of the vectors.</summary>
internal sealed record Mcs51Environment
{
    public string Contract { get; init; } = "01";

    [JsonPropertyName("scriptid")]
    public string ScriptId { get; init; } = "2c0100000500";

    [JsonPropertyName("txacc")]
    public string TxAccount { get; init; } = "110000000700";

    [JsonPropertyName("txhash")]
    public string TxHash { get; init; } = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    public int Height { get; init; } = 1234;

    public ulong Value { get; init; } = 5_000_000;

    [JsonIgnore]
    public Mcs51Transaction Transaction => Mcs51TransactionText.Parse(Encoding.ASCII.GetBytes(TextOf(1_000)));

    [JsonIgnore]
    public string Setup => $"self {ScriptId}\naccount {ScriptId}\naccount {TxAccount} balance 9000000000\n";

    public string TextOf(long maxStep) => string.Create(NumberFormatInfo.InvariantInfo,
        $"data {Contract}\nfrom {TxAccount}\nhash {TxHash}\nheight {Height}\nvalue {Value}\nsteps {maxStep}\n");
}
