using System.Buffers.Binary;
using Granary.Kernels;
using Xunit.Abstractions;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>Kernels as files: what goes out comes in and goes on, and what was touched is refused.</summary>
public sealed class BundleTests(ITestOutputHelper output) : HostTest(MediumKind.Memory)
{
    [Fact]
    public async Task A_running_kernel_is_forked_and_exported_and_all_go_on()
    {
        await Host.DeployMovaAsync("m", Programs.Endless);
        await Host.StartAsync("m");
        await UntilAsync("it counts", async () => await Host.CountAsync("m") > 1_000);
        await Host.ForkAsync(Id("m"), Id("fork"), null);
        using MemoryStream file = new();
        BundleInfo info = await Host.ExportAsync(Id("m"), file);
        Assert.Equal(file.Length, info.Bytes);
        file.Position = 0;
        VerifyReport report = await Host.VerifyBundleAsync(file, null);
        Assert.True(report.Accepted, report.Reason);
        Assert.Equal(info.Chain, report.Chain);

        await using EmbeddedHost other = await EmbeddedHost.OpenAsync(
            new Medium(MediumKind.Memory).Open(), Engines.All, new EmbeddedOptions { RunKernels = false });
        file.Position = 0;
        await other.ImportAsync(file, Id("moved"));
        int exported = await other.CountAsync("moved");
        Assert.True(exported > 1_000);
        int before = await Host.CountAsync("m");
        int forked = await Host.CountAsync("fork");
        await UntilAsync("both run on", async () =>
            await Host.CountAsync("m") > before && await Host.CountAsync("fork") > forked);
        await Host.CancelAsync(Id("m"));
        Assert.Equal(KernelStatus.Running, (await Host.GetAsync(Id("fork"))).Status);
        await Host.CancelAsync(Id("fork"));
        await Host.VerifiesAsync("m");
        await Host.VerifiesAsync("fork");
    }

    [Fact]
    public async Task An_imported_kernel_goes_on_with_the_next_instruction()
    {
        await Host.DeployMovaAsync("m", Programs.Endless);
        await Host.StartAsync("m");
        await UntilAsync("it counts", async () => await Host.CountAsync("m") > 1_000);
        await Host.PauseAsync(Id("m"));
        int count = await Host.CountAsync("m");
        byte[] bundle = await ExportAsync("m");
        using TempFolder folder = new();
        await using EmbeddedHost other = await EmbeddedHost.OpenAsync(folder.Path, Engines.All);
        await other.ImportAsync(new MemoryStream(bundle), null);
        await UntilAsync("it counts on", async () => await other.CountAsync("m") > count);
        await other.CancelAsync(Id("m"));
        await other.VerifiesAsync("m");
        await RefusedAsync(KernelHostError.NameTaken, () => other.ImportAsync(new MemoryStream(bundle), null));
    }

    [Fact]
    public async Task Every_flipped_byte_is_refused_and_an_entry_is_named()
    {
        byte[] bundle = await SmallBundleAsync();
        List<(int Start, int End)> entries = Blocks(bundle).Where(b => b.Kind == 4).Select(b =>
            (b.Start, b.End)).ToList();
        Assert.True((await VerifyAsync(bundle)).Accepted);
        int imports = 0;
        for (int offset = 0; offset < bundle.Length; offset++)
        {
            byte[] touched = [.. bundle];
            touched[offset] ^= (byte)(1 << (offset % 8));
            VerifyReport? report = null;
            try
            {
                report = await VerifyAsync(touched);
                Assert.False(report.Accepted, $"offset {offset} of {bundle.Length}");
            }
            catch (KernelHostException error)
            {
                Assert.Equal(KernelHostError.BadBundle, error.Error);
            }
            int entry = entries.FindIndex(e => offset >= e.Start && offset < e.End);
            if (entry >= 0)
            {
                Assert.Equal((ulong)entry + 1, report?.FirstDifference);
            }
            if (offset % 7 == 0)
            {
                imports++;
                await RefusedAsync(
                    KernelHostError.BadBundle, () => Host.ImportAsync(new MemoryStream(touched), Id($"t{offset}")));
            }
        }
        output.WriteLine($"{bundle.Length} offsets verified, {imports} imported, none accepted");
    }

    [Fact]
    public async Task A_bundle_cut_anywhere_is_refused()
    {
        byte[] bundle = await SmallBundleAsync();
        for (int length = 0; length < bundle.Length; length++)
        {
            await RefusedAsync(KernelHostError.BadBundle, () => VerifyAsync(bundle[..length]));
        }
    }

    [Fact]
    public async Task Lengths_and_kinds_that_cannot_be_are_refused_cheaply()
    {
        byte[] bundle = await SmallBundleAsync();
        foreach (int length in new[] { -1, int.MaxValue, int.MinValue, Bundle.BlockBytesMax, Bundle.BlockBytesMax + 1 })
        {
            byte[] hostile = [.. bundle[..8], 1, 0, 0, 0, 0, .. new byte[1_000]];
            BinaryPrimitives.WriteInt32LittleEndian(hostile.AsSpan(9), length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            await RefusedAsync(KernelHostError.BadBundle, () => VerifyAsync(hostile));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        }
        await RefusedAsync(KernelHostError.BadBundle, () => VerifyAsync([.. "GRANARY2"u8, .. bundle[8..]]));
        await RefusedAsync(KernelHostError.BadBundle, () => VerifyAsync([.. bundle[..8], 9, 0, 0, 0, 0]));
    }

    [Fact]
    public async Task A_bundle_over_the_limit_is_refused_before_it_is_read_to_its_end()
    {
        byte[] bundle = await SmallBundleAsync();
        await using EmbeddedHost small = await EmbeddedHost.OpenAsync(
            new Medium(MediumKind.Memory).Open(), Engines.All, new EmbeddedOptions { BundleBytesMax = 1_000 });
        KernelHostException error = await RefusedAsync(
            KernelHostError.BadBundle, () => small.ImportAsync(new MemoryStream(bundle), null));
        Assert.Contains("1000", error.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_that_are_doubled_left_out_or_strange_are_refused_or_change_nothing()
    {
        byte[] bundle = await SmallBundleAsync();
        List<(byte Kind, int Start, int End)> blocks = Blocks(bundle);
        foreach ((byte kind, int start, int end) in blocks.Where(b => b.Kind is 2 or 3 or 4))
        {
            byte[] block = bundle[(start - 5)..end];
            byte[] without = [.. bundle[..(start - 5)], .. bundle[end..]];
            Assert.False((await VerifyAsync(without)).Accepted, $"without block {kind} at {start}");
            byte[] twice = [.. bundle[..end], .. block, .. bundle[end..]];
            // A node is known by its content, so once more is no more; code likewise.
            Assert.Equal(kind != 4, (await VerifyAsync(twice)).Accepted);
        }
        byte[] strange = [3, 4, 0, 0, 0, 0x83, 0xf6, 0xf6, 0xf6];
        int afterHeader = blocks[0].End;
        Assert.False((await VerifyAsync([.. bundle[..afterHeader], .. strange, .. bundle[afterHeader..]])).Accepted);
    }

    private async Task<byte[]> SmallBundleAsync()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.AskAsync("a", "add", "4");
        return await ExportAsync("a");
    }

    private async Task<byte[]> ExportAsync(string id)
    {
        using MemoryStream file = new();
        await Host.ExportAsync(Id(id), file);
        return file.ToArray();
    }

    private Task<VerifyReport> VerifyAsync(byte[] bundle) => Host.VerifyBundleAsync(new MemoryStream(bundle), null);

    private static List<(byte Kind, int Start, int End)> Blocks(byte[] bundle)
    {
        List<(byte, int, int)> blocks = [];
        for (int at = 8; at < bundle.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bundle.AsSpan(at + 1));
            blocks.Add((bundle[at], at + 5, at + 5 + length));
            at += 5 + length;
        }
        return blocks;
    }
}
