using System.Security.Cryptography;
using System.Text;
using static Granary.Vms.RiscV.Tests.RiscVAssembly;

namespace Granary.Vms.RiscV.Tests;

/// <summary>What a CKB program sees of its message and of the kernel's state.</summary>
public sealed class RiscVCkbCallTests
{
    private const int Buffer = DataStart + 0x200;

    [Theory]
    [InlineData(64, 0, "hello, kernel")]
    [InlineData(5, 0, "hello")]
    [InlineData(64, 7, "kernel")]
    [InlineData(64, 99, "")]
    public void The_payload_is_witness_0_in_parts(int room, int offset, string expected)
    {
        RiscVAssembly a = new();
        int length = a.Longs(room);
        a.Call(2074, Buffer, length, offset, 0, 1).Mv(S0, A0);
        a.Call(2177, Buffer).Mv(A0, S0).Ecall(93);

        RiscVMessage message = new(RiscVEngine.Ckb0, a.ToElf(), "hello, kernel");

        Assert.Equal("exit 0", message.End);
        Assert.Equal(expected, message.Log);
        Assert.Equal(Math.Max(0, 13 - offset), message.ReadLong(length));
    }

    [Fact]
    public void There_is_one_witness()
    {
        RiscVAssembly a = new();
        int length = a.Longs(64);
        a.Call(2074, Buffer, length, 0, 1, 1).Ecall(93);

        Assert.Equal("exit 1", new RiscVMessage(RiscVEngine.Ckb0, a.ToElf(), "x").End);
    }

    [Fact]
    public void The_data_of_cells_is_what_the_kernel_stores()
    {
        RiscVAssembly a = new();
        int length = a.Longs(64);
        a.Call(2092, Buffer, length, 0, 3, 1).Mv(S0, A0);
        a.Call(2177, Buffer).Mv(A0, S0).Ecall(93);
        RiscVMessage without = new(RiscVEngine.Ckb1, a.ToElf(), "");
        RiscVMessage with = new(
            RiscVEngine.Ckb1, a.ToElf(), "", h => h.Data["input/3"u8.ToArray()] = "three"u8.ToArray());

        Assert.Equal(("exit 1", ""), (without.End, without.Log));
        Assert.Equal(("exit 0", "three"), (with.End, with.Log));
    }

    [Fact]
    public void The_script_names_the_code_and_the_sender()
    {
        RiscVAssembly a = new();
        int length = a.Longs(128);
        a.Call(2052, Buffer, length, 0).Call(2062, Buffer + 128, length, 0).Ecall(93);
        byte[] elf = a.ToElf();

        RiscVMessage message = new(RiscVEngine.Ckb2, elf, "");

        byte[] script = message.Read(Buffer, 16 + 32 + 1 + 4 + RiscVMessage.Sender.Length);
        Assert.Equal(script.Length, script[0]);
        Assert.Equal(SHA256.HashData(elf), script[16..48]);
        Assert.Equal(4, script[48]);
        Assert.Equal(RiscVMessage.Sender, Encoding.UTF8.GetString(script[53..]));
        Assert.Equal(SHA256.HashData(script), message.Read(Buffer + 128, 32));
        Assert.Equal(32, message.ReadLong(length));
    }

    [Fact]
    public void A_source_that_there_is_not_traps()
    {
        RiscVAssembly a = new();
        a.Call(2074, Buffer, a.Longs(64), 0, 0, 9).Ecall(93);

        Assert.Contains("InvalidArgument 0x9", new RiscVMessage(RiscVEngine.Ckb0, a.ToElf(), "").End, default);
    }

    [Fact]
    public void Answers_go_to_writable_memory_only()
    {
        RiscVAssembly a = new();
        a.Call(2074, CodeStart, a.Longs(64), 0, 0, 1).Ecall(93);

        Assert.Contains("MemWriteOnExecutablePage", new RiscVMessage(RiscVEngine.Ckb0, a.ToElf(), "abc").End, default);
    }

    [Fact]
    public void Copied_bytes_cost_a_quarter_of_a_cycle_each()
    {
        static long Cycles(int room)
        {
            RiscVAssembly a = new();
            a.Call(2074, Buffer, a.Longs(room), 0, 0, 1).Ecall(93);
            return new RiscVMessage(RiscVEngine.Ckb0, a.ToElf(), new string('x', 400)).Cycles;
        }

        Assert.Equal(100, Cycles(400) - Cycles(0));
        Assert.Equal(1, Cycles(1) - Cycles(0));
    }
}
