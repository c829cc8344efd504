using System.Security.Cryptography;

namespace Granary.Vms.Mcs51.Tests;

[Trait("Category", "Conformance")]
[Trait("Engine", "mcs51")]
public sealed class Mcs51ConformanceTests
{
    private const string DacrsFile = "dacrs_opcodes.jsonl.gz";
    private const string StockFile = "stock_opcodes.jsonl.gz";
    private const string ProgramsFile = "stock_programs.jsonl.gz";

    public static TheoryData<string> DacrsOpcodes => Mcs51VectorFile.Names<Mcs51OpcodeVector>(DacrsFile);

    public static TheoryData<string> StockOpcodes => Mcs51VectorFile.Names<Mcs51OpcodeVector>(StockFile);

    public static TheoryData<string> StockPrograms => Mcs51VectorFile.Names<Mcs51StockProgramVector>(ProgramsFile);

    public static TheoryData<string> AluTables => [.. Mcs51VectorFile.AluTables().Select(t => t.Id)];

    [Theory, MemberData(nameof(DacrsOpcodes))]
    public void Contract_instruction_changes_what_it_should_and_nothing_else(string id)
    {
        Mcs51OpcodeVector vector = Mcs51VectorFile.Find<Mcs51OpcodeVector>(DacrsFile, id);
        Assert.Equal(1, vector.Out.Steps);
        Check(vector, Mcs51Variant.Dacrs, "dacrs");
    }

    [Theory, MemberData(nameof(StockOpcodes))]
    public void Stock_instruction_changes_what_it_should_and_nothing_else(string id)
    {
        Mcs51OpcodeVector vector = Mcs51VectorFile.Find<Mcs51OpcodeVector>(StockFile, id);
        Assert.Equal(vector.Out.Cycles, Mcs51Gas.Cycles((byte)Mcs51Machine.Hex(vector.Op)));
        Check(vector, Mcs51Variant.Stock, "stock");
    }

    [Theory, MemberData(nameof(StockPrograms))]
    public void Stock_program_ends_as_it_should_after_the_same_cycles(string id)
    {
        Mcs51StockProgramVector vector = Mcs51VectorFile.Find<Mcs51StockProgramVector>(ProgramsFile, id);
        foreach (bool isFast in (bool[])[false, true])
        {
            Mcs51Machine machine = new(Mcs51Variant.Stock, Convert.FromHexString(vector.Rom));
            machine.State.PowerUp();
            byte[] contract = Convert.FromHexString(vector.Contract);
            machine.State.Xdata[0xEFFF] = (byte)contract.Length;
            machine.State.Xdata[0xF000] = (byte)(contract.Length >> 8);
            contract.CopyTo(machine.State.Xdata, 0xF001);
            long cycles = 0;
            for (long n = 0; n < vector.Insts; n++)
            {
                cycles += Mcs51Gas.Cycles(machine.NextOpcode);
                if (!isFast || !machine.TryStepFast())
                {
                    machine.StepSlowly();
                }
            }
            Assert.Equal(Mcs51Machine.Hex(vector.StopPc), machine.State.Pc);
            Assert.Equal(vector.Cycles, cycles);
            byte[] ram = [.. Enumerable.Range(0, 256).Select(i => machine.Ram(i))];
            Assert.Equal(vector.Ram, Convert.ToHexStringLower(ram));
            Assert.Equal(vector.Sfr, Convert.ToHexStringLower(machine.State.Chip.AsSpan(0x80, 0x80)));
            byte[] x1000 = Convert.FromHexString(vector.X1000);
            Assert.Equal(x1000, machine.State.Xdata.AsSpan(0x1000, x1000.Length));
            Assert.Equal(-1, machine.State.Xdata.AsSpan(0x1000 + x1000.Length, 0x100 - x1000.Length)
                .IndexOfAnyExcept((byte)0));
        }
    }

    [Theory, MemberData(nameof(AluTables))]
    public void Arithmetic_is_right_for_every_operand(string id)
    {
        Mcs51AluTable table = Mcs51VectorFile.AluTables().Single(t => t.Id == id);
        Mcs51Variant variant = table.Mode == "dacrs" ? Mcs51Variant.Dacrs : Mcs51Variant.Stock;
        foreach (bool isFast in (bool[])[false, true])
        {
            byte[] bytes = Mcs51AluTables.Compute((byte)Mcs51Machine.Hex(table.Op), variant, isFast);
            Assert.Equal(table.Bytes, bytes.Length);
            if (table.Table is not null)
            {
                Assert.Equal(table.Table, Convert.ToHexStringLower(bytes));
            }
            Assert.Equal(table.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    private static void Check(Mcs51OpcodeVector vector, Mcs51Variant variant, string bases)
    {
        byte[] rom = new byte[0x1_0000];
        foreach ((int at, byte value) in Mcs51Machine.Bytes(vector.Rom))
        {
            rom[at] = value;
        }
        Mcs51Machine expected = Before(vector, variant, bases, rom);
        expected.Apply(vector.Out.Ram, vector.Out.Sfr, vector.Out.X);
        expected.State.Pc = Mcs51Machine.Hex(vector.Out.Pc);

        Mcs51Machine slow = Before(vector, variant, bases, rom);
        slow.StepSlowly();
        slow.AssertSameAs(expected);

        Mcs51Machine fast = Before(vector, variant, bases, rom);
        if (fast.TryStepFast())
        {
            fast.AssertSameAs(expected);
        }
    }

    private static Mcs51Machine Before(Mcs51OpcodeVector vector, Mcs51Variant variant, string bases, byte[] rom)
    {
        Mcs51Machine machine = new(variant, rom);
        machine.Load(Mcs51VectorFile.Base(bases, vector.B));
        machine.Apply(vector.Ram, vector.Sfr, vector.X);
        machine.State.Pc = Mcs51Machine.Hex(vector.Pc);
        return machine;
    }
}
