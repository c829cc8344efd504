using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>A bare processor for tests: memories from vectors, one step at a time, by either interpreter.</summary>
internal sealed class Mcs51Machine
{
    [ThreadStatic]
    private static Mcs51Instruction[]? t_code;

    private readonly Mcs51Variant _variant;
    private readonly byte[] _rom;
    private readonly Mcs51Instructions _slow;

    public Mcs51Machine(Mcs51Variant variant, byte[] rom)
    {
        _variant = variant;
        _rom = rom;
        Timers = new Mcs51Timers(State);
        Serial = new Mcs51Serial(State, Timers);
        Mcs51Peripherals? peripherals = variant == Mcs51Variant.Stock
            ? new Mcs51Peripherals(State, Timers, Serial) : null;
        _slow = new Mcs51Instructions(State, rom, variant, peripherals);
    }

    public Mcs51State State { get; } = new();

    public Mcs51Timers Timers { get; }

    public Mcs51Serial Serial { get; }

    public byte NextOpcode => _slow.CodeAt(State.Pc);

    public void StepSlowly() => _slow.Step();

    /// <summary>True when the fast loop executed it.</summary>
    public bool TryStepFast()
    {
        Mcs51Instruction[] code = t_code ??= new Mcs51Instruction[0x1_0000];
        int pc = State.Pc;
        code[pc] = Mcs51Decoder.Decode(_rom, pc, _variant);
        long cost = code[pc].Cost;
        bool isDone = Mcs51Interpreter.Sprint(code, _rom, _variant, State, cost) == cost;
        code[pc] = default;
        return isDone;
    }

    /// <summary>The byte of an address of internal RAM.</summary>
    public ref byte Ram(int address) => ref State.Chip[Mcs51State.Indirect(address)];

    public ref byte Sfr(int address) => ref State.Chip[address];

    public void Load(Mcs51Base image)
    {
        byte[] ram = Convert.FromHexString(image.Ram);
        for (int i = 0; i < ram.Length; i++)
        {
            Ram(i) = ram[i];
        }
        Convert.FromHexString(image.Sfr).CopyTo(State.Chip, 0x80);
    }

    public void Apply(
        Dictionary<string, string> ram, Dictionary<string, string> sfr, Dictionary<string, string> xdata)
    {
        foreach ((int at, byte value) in Bytes(ram))
        {
            Ram(at) = value;
        }
        foreach ((int at, byte value) in Bytes(sfr))
        {
            Sfr(at) = value;
        }
        foreach ((int at, byte value) in Bytes(xdata))
        {
            State.Xdata[at] = value;
        }
    }

    /// <summary>Compares all that an instruction may change.</summary>
    public void AssertSameAs(Mcs51Machine expected)
    {
        if (State.Pc != expected.State.Pc || !State.Chip.AsSpan().SequenceEqual(expected.State.Chip)
            || !State.Xdata.AsSpan().SequenceEqual(expected.State.Xdata))
        {
            Assert.Equal(expected.Show(), Show());
        }
    }

    /// <summary>The registers for people, and a hash of the external memory.</summary>
    public string Show()
    {
        StringBuilder text = new();
        Mcs51Text.AppendRegisters(text, State, _variant);
        return text.Append(Convert.ToHexStringLower(SHA256.HashData(State.Xdata))).ToString();
    }

    public static IEnumerable<(int Address, byte Value)> Bytes(Dictionary<string, string> map) =>
        map.SelectMany(pair => Convert.FromHexString(pair.Value)
            .Select((value, i) => (Hex(pair.Key) + i, value)));

    public static int Hex(string text) =>
        int.Parse(text, NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo);
}
