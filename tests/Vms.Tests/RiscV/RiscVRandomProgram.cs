using System.Buffers.Binary;

namespace Granary.Vms.RiscV.Tests;

/// <summary>
/// Random sequences of instructions, each with random registers in front and all registers written out behind; then one
/// system call of Linux that writes what came out. Runs here and under an emulator alike.
/// </summary>
internal sealed class RiscVRandomProgram
{
    /// <summary>Linux's number for write.</summary>
    public const ulong Write = 64;

    private const int FirstRegister = 5;
    private const int RegisterCount = 27;
    private const int Steps = 30;
    private const int ScratchBytes = 256;
    private const int OutputPointer = 1;
    private const int ScratchPointer = 3;
    private const int InputPointer = 4;

    private static readonly long[] _edges =
        [0, 1, -1, 2, 63, 64, 0x7fff_ffff, unchecked((int)0x8000_0000), 0xffff_ffff, long.MaxValue, long.MinValue];

    private readonly Random _random;
    private readonly RiscVAssembly _assembly;

    public RiscVRandomProgram(int seed, int sequences)
    {
        _random = new Random(seed);
        int inputBytes = 8 * RegisterCount;
        _assembly = new RiscVAssembly { ZeroBytes = 0x1000 + (sequences * inputBytes) };
        int inputs = _assembly.Longs([.. Enumerable.Range(0, sequences * RegisterCount).Select(_ => RandomLong())]);
        OutputStart = inputs + (sequences * inputBytes);
        OutputBytes = (sequences * inputBytes) + ScratchBytes;
        int scratch = OutputStart + (sequences * inputBytes);
        for (int i = 0; i < sequences; i++)
        {
            _assembly.Li(InputPointer, inputs + (i * inputBytes)).Li(OutputPointer, OutputStart + (i * inputBytes));
            _assembly.Li(ScratchPointer, scratch);
            for (int r = 0; r < RegisterCount; r++)
            {
                _assembly.Ld(FirstRegister + r, 8 * r, InputPointer);
            }
            AddSteps();
            for (int r = 0; r < RegisterCount; r++)
            {
                _assembly.Sd(FirstRegister + r, 8 * r, OutputPointer);
            }
        }
        _assembly.Call((int)Write, 1, OutputStart, OutputBytes).Call(93, 0);
        Elf = _assembly.ToElf();
    }

    public byte[] Elf { get; }

    public int OutputStart { get; }

    public int OutputBytes { get; }

    /// <summary>Which sequence wrote a byte of the output.</summary>
    public static int SequenceOf(int offset) => offset / (8 * RegisterCount);

    private void AddSteps()
    {
        int label = -1;
        for (int i = 0; i < Steps; i++)
        {
            switch (_random.Next(10))
            {
                case 0 or 1:
                    AddAccess();
                    break;
                case 2 when label < 0:
                    label = _assembly.NewLabel();
                    AddBranch(label);
                    break;
                case 3 when label >= 0:
                    _assembly.Mark(label);
                    label = -1;
                    break;
                case 4:
                    _assembly.Word(RandomCompressed() | RandomCompressed() << 16);
                    break;
                default:
                    _assembly.Word(RandomOperation());
                    break;
            }
        }
        if (label >= 0)
        {
            _assembly.Mark(label);
        }
    }

    /// <summary>A load or a store, misaligned as often as not.</summary>
    private void AddAccess()
    {
        uint offset = (uint)_random.Next(ScratchBytes - 8);
        uint register = RandomRegister();
        _assembly.Word(_random.Next(2) == 0
            ? offset << 20 | ScratchPointer << 15 | (uint)_random.Next(7) << 12 | register << 7 | 0x03
            : (offset & 0xfe0) << 20 | register << 20 | ScratchPointer << 15 | (uint)_random.Next(4) << 12
                | (offset & 31) << 7 | 0x23);
    }

    private void AddBranch(int label)
    {
        uint[] kinds = [0, 1, 4, 5, 6, 7];
        uint funct3 = kinds[_random.Next(kinds.Length)];
        _assembly.Branch(RandomRegister() << 20 | RandomRegister() << 15 | funct3 << 12 | 0x63, label);
    }

    /// <summary>Any instruction on registers; found by trying encodings that are likely to be one.</summary>
    private uint RandomOperation()
    {
        uint[] opcodes = [0x13, 0x1b, 0x33, 0x3b, 0x37, 0x17];
        uint[] sevens = [0x00, 0x01, 0x20, 0x04, 0x05, 0x10, 0x14, 0x24, 0x30, 0x34, 0x35, 0x02, 0x12, 0x1a];
        while (true)
        {
            uint opcode = opcodes[_random.Next(opcodes.Length)];
            uint high = opcode is 0x33 or 0x3b || _random.Next(2) == 0
                ? sevens[_random.Next(sevens.Length)] << 5 | (uint)_random.Next(32)
                : (uint)_random.Next(1 << 12);
            uint word = high << 20 | RandomRegister() << 15 | (uint)_random.Next(8) << 12 | RandomRegister() << 7
                | opcode;
            RiscVInstruction i = RiscVDecoder.Decode(word, RiscVProfile.Actor);
            bool readsSecond = RiscVOpcodes.Info(i.Op).Format == RiscVFormat.R;
            // The emulator has ctzw of a value without low bits wrong; auipc and lui are the same everywhere.
            if (i.Op is not (RiscVOp.Invalid or RiscVOp.Ctzw or RiscVOp.Auipc)
                && (!readsSecond || i.Rs2 >= FirstRegister))
            {
                return word;
            }
        }
    }

    private uint RandomCompressed()
    {
        while (true)
        {
            uint encoding = (uint)_random.Next(1 << 16);
            uint word = (encoding & 3) == 3 ? 0 : RiscVCompressed.Expand(encoding, refusesHints: true);
            RiscVInstruction i = RiscVDecoder.Decode(word, RiscVProfile.Ckb0);
            RiscVFormat format = RiscVOpcodes.Info(i.Op).Format;
            if (i.Rd >= FirstRegister && (i.Rs1 >= FirstRegister || i.Rs1 == 0)
                && (format == RiscVFormat.I || (format == RiscVFormat.R && i.Rs2 >= FirstRegister)))
            {
                return encoding;
            }
        }
    }

    private uint RandomRegister() => (uint)_random.Next(FirstRegister, FirstRegister + RegisterCount);

    private long RandomLong() => _random.Next(3) switch
    {
        0 => _edges[_random.Next(_edges.Length)],
        1 => _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
        _ => BinaryPrimitives.ReverseEndianness(_random.NextInt64()),
    };
}
