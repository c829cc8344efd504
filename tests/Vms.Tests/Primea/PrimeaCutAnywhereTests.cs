using System.Text;

namespace Granary.Vms.Tests.Primea;

public sealed class PrimeaCutAnywhereTests
{
    private const string Actors = """{"steps": []}""";
    private const string Ports = """{"model": "ports"}""";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_world_of_actors_may_be_cut_at_every_safe_point(int seed)
    {
        List<(string, string)> requests = new PrimeaScenario(new Random(seed)).Requests(10);
        string whole = Run(Actors, requests, sliceGas: null, out int slices, out TestHost host);
        PrimeaAudit.Check(host);
        Assert.Equal(whole, Run(Actors, requests, sliceGas: 1, out int most, out _));
        Assert.Equal(whole, Run(Actors, requests, sliceGas: 3_001 + seed, out int some, out _));
        Assert.True(most > some && some > slices, $"Seed {seed}: {most}, {some} and {slices} slices.");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_world_of_ports_may_be_cut_at_every_safe_point(int seed)
    {
        PortsScenario scenario = new(new Random(seed));
        List<(string, string)> requests =
        [
            ("send", scenario.Messages(3).ToJsonString()), ("root", ""),
            ("send", scenario.Messages(2).ToJsonString()), ("root", ""),
        ];
        string whole = Run(Ports, requests, sliceGas: null, out int slices, out _);
        Assert.Equal(whole, Run(Ports, requests, sliceGas: 1, out int most, out _));
        Assert.Equal(whole, Run(Ports, requests, sliceGas: 2_003 + seed, out int some, out _));
        Assert.True(most > some && some > slices, $"Seed {seed}: {most}, {some} and {slices} slices.");
    }

    /// <summary>With any gas a message ends in the same way, whole or in slices; a trap leaves nothing.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_end_of_the_gas_is_the_same_wherever_it_is_cut(int seed)
    {
        List<(string Entry, string Payload)> requests = new PrimeaScenario(new Random(seed)).Requests(2);
        Random random = new(seed);
        for (int i = 0; i < 12; i++)
        {
            long messageGas = random.Next(200_000);
            string whole = Run(Actors, requests, sliceGas: null, out _, out TestHost host, messageGas);
            Assert.Equal(whole, Run(Actors, requests, sliceGas: 977, out _, out _, messageGas));
            PrimeaAudit.Check(host);
        }
    }

    private static string Run(string world, List<(string Entry, string Payload)> requests, long? sliceGas,
        out int slices, out TestHost host, long messageGas = GasMeter.Unlimited)
    {
        PrimeaKernel kernel = new(world) { SliceGas = sliceGas, MessageGas = messageGas };
        StringBuilder text = new();
        string root = "00";
        foreach ((string entry, string payload) in requests)
        {
            VmExit exit = kernel.Send(entry, Encoding.UTF8.GetBytes(payload == "ROOT" ? root : payload));
            string end = exit switch
            {
                VmExit.Halted halted when entry == "root" => root = Convert.ToHexStringLower(halted.Output.Span),
                VmExit.Halted halted => Encoding.UTF8.GetString(halted.Output.Span),
                VmExit.Trapped trapped => $"{trapped.Kind} {trapped.Site}",
                _ => throw new InvalidOperationException(exit.ToString()),
            };
            text.Append(entry).Append(' ').Append(end).Append(' ').Append(kernel.GasUsed).Append('\n');
        }
        foreach ((byte[] key, byte[] value) in kernel.Host.Data)
        {
            text.Append(Encoding.UTF8.GetString(key)).Append(' ').Append(Convert.ToHexStringLower(value)).Append('\n');
        }
        foreach ((string topic, byte[] payload) in kernel.Host.Emits)
        {
            text.Append(topic).Append(' ').Append(Convert.ToHexStringLower(payload)).Append('\n');
        }
        slices = kernel.SliceCount;
        host = kernel.Host;
        return text.ToString();
    }
}
