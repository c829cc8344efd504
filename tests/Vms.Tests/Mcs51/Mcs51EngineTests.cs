namespace Granary.Vms.Mcs51.Tests;

public sealed class Mcs51EngineTests
{
    private static readonly Mcs51Engine s_engine = new();

    [Fact]
    public void The_registry_has_it()
    {
        Assert.Equal("mcs51@1", BuiltInEngines.All.FindNewest("mcs51")!.Id.ToString());
        Assert.Equal("mcs51", BuiltInEngines.All.FindLanguage(".ihx")!.Value.Engine.Id.Name);
    }

    [Fact]
    public void An_empty_image_and_one_over_64_KiB_are_refused()
    {
        Assert.Equal("The image is empty. (at offset 0)", Refusal(0));
        Assert.Equal("The image has 65537 bytes, at most 65536 fit. (at offset 65536)", Refusal(65_537));
    }

    [Fact]
    public void The_disassembler_takes_any_bytes()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            byte[] code = new byte[random.Next(400)];
            random.NextBytes(code);
            Assert.NotNull(s_engine.Disassemble(code));
        }
        Assert.Equal("; 65537 bytes: more than an 8051 can address\n", s_engine.Disassemble(new byte[65_537]));
    }

    [Fact]
    public void The_disassembler_tells_code_from_data()
    {
        string text = s_engine.Disassemble(Mcs51Programs.Echo);

        Assert.Contains("0000  02 00 20  ljmp  0020\n", text, StringComparison.Ordinal);
        Assert.Contains("0003            .db   00 ; 29 times\n", text, StringComparison.Ordinal);
        Assert.Contains("0020  75 98 52  mov   scon,#52\n", text, StringComparison.Ordinal);
        Assert.Contains("003a  30 98 fd  jnb   scon.0,003a\n", text, StringComparison.Ordinal);
        Assert.Contains("0058  c2 e5     clr   acc.5\n", text, StringComparison.Ordinal);
        Assert.EndsWith("0067            .db   68 69 0a 3e 20 00\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_machine_is_described_by_its_registers()
    {
        Mcs51TestRun run = new(s_engine.Load(Mcs51Programs.Echo, VmLimits.Default), Mcs51Programs.Serial("a"));
        run.Run(() => 10_000_000, 10_000_000);

        string text = s_engine.Describe(run.Save());

        Assert.StartsWith("Waiting, ", text, StringComparison.Ordinal);
        Assert.Contains("pc 003a  a 41  b 00  dptr 006c  sp 07", text, StringComparison.Ordinal);
        Assert.Contains(" TMOD=21 ", text, StringComparison.Ordinal);
    }

    private static string Refusal(int bytes) =>
        Assert.Throws<InvalidCodeException>(() => s_engine.Load(new byte[bytes], VmLimits.Default)).Message;
}
