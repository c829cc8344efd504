using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>The host calls and whole runs of contracts.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "mcs51")]
public sealed class Mcs51DacrsConformanceTests
{
    private const string ApiFile = "dacrs_api.jsonl.gz";
    private const string ProgramsFile = "dacrs_programs.jsonl.gz";

    public static TheoryData<string> ApiCases => Mcs51VectorFile.Names<Mcs51ApiVector>(ApiFile);

    public static TheoryData<string> Programs => Mcs51VectorFile.Names<Mcs51ContractVector>(ProgramsFile);

    [Theory, MemberData(nameof(ApiCases))]
    public void Host_call_answers_as_it_should(string id)
    {
        Mcs51ApiVector vector = Mcs51VectorFile.Find<Mcs51ApiVector>(ApiFile, id);
        TestHost host = new(VmLimits.Default);
        Mcs51Environment env = vector.Env ?? new Mcs51Environment();
        Mcs51Api api = new(env.Transaction, Convert.FromHexString(env.ScriptId), new Mcs51Books());
        foreach (Mcs51ApiCall call in vector.Calls)
        {
            byte[] xdata = new byte[Mcs51State.XdataBytes];
            Convert.FromHexString(call.Req).CopyTo(xdata, Mcs51Layout.Buffer);
            GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);

            Mcs51ApiResult result = api.Call(call.Method, xdata, ref gas, host);
            Mcs51Request.Answer(xdata, result);

            Mcs51ApiOutcome expected = call.Ret switch
            {
                1 => Mcs51ApiOutcome.Answered,
                0 => Mcs51ApiOutcome.Refused,
                _ => Mcs51ApiOutcome.Fatal,
            };
            Assert.Equal(expected, result.Outcome);
            Assert.Equal(call.Step, result.Steps);
            byte[] buffer = new byte[Mcs51Layout.BufferBytes];
            Convert.FromHexString(call.Resp).CopyTo(buffer, 0);
            Assert.Equal(buffer, xdata.AsSpan(Mcs51Layout.Buffer, Mcs51Layout.BufferBytes));
        }
    }

    [Theory, MemberData(nameof(Programs))]
    public void Contract_runs_as_it_should(string id)
    {
        Mcs51ContractVector vector = Mcs51VectorFile.Find<Mcs51ContractVector>(ProgramsFile, id);
        Mcs51Environment env = vector.Env ?? new Mcs51Environment();
        IVmProgram program = new Mcs51DacrsEngine().Load(Convert.FromHexString(vector.Rom), VmLimits.Default);
        Mcs51DacrsRun state = new();
        Mcs51DacrsContainer machine = new((Mcs51Program)program, state);
        TestHost host = new(VmLimits.Default);
        VmExit setUp = Run(machine, host, new VmEntry("setup", Encoding.ASCII.GetBytes(env.Setup), ""));
        Assert.IsType<VmExit.Halted>(setUp);

        VmExit exit = Run(machine, host, new VmEntry("tx", Encoding.ASCII.GetBytes(env.TextOf(vector.MaxStep)), ""));

        switch (vector.Ret)
        {
            case > 0:
                string receipt = Encoding.ASCII.GetString(Assert.IsType<VmExit.Halted>(exit).Output.Span);
                string steps = vector.Ret.ToString(NumberFormatInfo.InvariantInfo);
                Assert.StartsWith($"steps {steps}\n", receipt, StringComparison.Ordinal);
                break;
            case 0:
                Assert.IsType<VmExit.Reverted>(exit);
                break;
            default:
                Assert.Equal(TrapKind.LimitExceeded, Assert.IsType<VmExit.Trapped>(exit).Kind);
                break;
        }
        Mcs51State cpu = state.State;
        Assert.Equal(vector.Pc, $"{cpu.Pc:x4}");
        byte[] ram = [.. Enumerable.Range(0, 256).Select(i => cpu.Chip[Mcs51State.Indirect(i)])];
        Assert.Equal(vector.Ram, Convert.ToHexStringLower(ram));
        Assert.Equal(vector.Sfr, Convert.ToHexStringLower(cpu.Chip.AsSpan(0x80, 0x80)));
        string x1000 = Convert.ToHexStringLower(cpu.Xdata.AsSpan(0x1000, vector.X1000.Length / 2));
        Assert.Equal(vector.X1000, x1000);
        Assert.Equal(vector.XdataSha256, Convert.ToHexStringLower(SHA256.HashData(cpu.Xdata)));
    }

    private static VmExit Run(IVmContainer machine, TestHost host, VmEntry entry)
    {
        machine.Enter(entry);
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        return machine.Run(ref gas, host);
    }
}
