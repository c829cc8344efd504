using System.Text;
using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>The file system of WASI as it lies in the state tree.</summary>
public sealed class WasiFileTests
{
    private const int BlockBytes = WasiLimits.BlockBytes;

    private readonly TestHost _host = new(VmLimits.Default);

    [WatFact]
    public void A_changed_byte_is_a_changed_block()
    {
        WasiTree tree = new(_host);
        byte[] content = Enumerable.Repeat((byte)1, 1 << 20).ToArray();
        uint number = tree.Add(WasiInode.Root, "large", WasiFileType.RegularFile, content);
        Dictionary<string, byte[]> before = Blocks();

        Assert.Equal(WasiErrno.Success, tree.Store.Read(number, out WasiInode inode));
        Assert.Equal(WasiErrno.Success, tree.Store.WriteData(number, ref inode, 700_000, [9]));

        Dictionary<string, byte[]> after = Blocks();
        Assert.Equal(256, after.Count);
        Assert.Single(after, block => !block.Value.SequenceEqual(before[block.Key]));
    }

    [WatFact]
    public void Zeros_take_no_room_and_a_file_cut_short_grows_again_with_zeros()
    {
        WasiTree tree = new(_host);
        uint number = tree.Add(WasiInode.Root, "f", WasiFileType.RegularFile, [.. Enumerable.Repeat((byte)7, 5_000)]);
        Assert.Equal(WasiErrno.Success, tree.Store.Read(number, out WasiInode inode));

        Assert.Equal(WasiErrno.Success, tree.Store.SetSize(number, ref inode, 4_098));
        Assert.Equal(WasiErrno.Success, tree.Store.SetSize(number, ref inode, 1 << 20));

        Assert.Equal([BlockBytes, 2], Blocks().Values.Select(b => b.Length));
        byte[] read = new byte[4];
        Assert.Equal(WasiErrno.Success, tree.Store.ReadData(number, inode, 4_096, read, out int count));
        Assert.Equal(4, count);
        Assert.Equal([7, 7, 0, 0], read);
    }

    [WatFact]
    public void Sizes_are_limited_one_by_one_and_together()
    {
        WasiTree tree = new(_host);
        uint number = tree.Add(WasiInode.Root, "f0", WasiFileType.RegularFile, []);
        Assert.Equal(WasiErrno.Success, tree.Store.Read(number, out WasiInode inode));
        Assert.Equal(WasiErrno.FileTooBig, tree.Store.SetSize(number, ref inode, WasiLimits.FileBytesMax + 1));
        for (int i = 1; i <= 4; i++)
        {
            uint other = tree.Add(WasiInode.Root, $"f{i}", WasiFileType.RegularFile, []);
            Assert.Equal(WasiErrno.Success, tree.Store.Read(other, out WasiInode large));
            Assert.Equal(WasiErrno.Success, tree.Store.SetSize(other, ref large, WasiLimits.FileBytesMax));
            Assert.Equal(WasiErrno.Success, tree.Store.Write(other, large));
        }

        Assert.Equal(WasiErrno.NoSpace, tree.Store.SetSize(number, ref inode, 1));
    }

    [WatFact]
    public void What_the_program_wrote_over_is_an_error_and_no_more()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            TestHost host = new(VmLimits.Default);
            WasiTree tree = new(host);
            uint folder = tree.Add(WasiInode.Root, "d", WasiFileType.Directory, []);
            uint file = tree.Add(folder, "f", WasiFileType.RegularFile, [1, 2, 3]);
            Random random = new(seed);
            byte[] key = host.Data.Keys.ElementAt(random.Next(host.Data.Count));
            byte[] changed = new byte[random.Next(60)];
            random.NextBytes(changed);
            host.Data[key] = changed;

            new WasiPaths(tree.Store, WasiInode.Root).Resolve("d/f"u8, follow: true, out _);
            tree.Store.EntryAfter(folder, 2, out _);
            tree.Store.Unlink(file);
            tree.Store.Add(folder, "g"u8, file);
        }
    }

    [WatFact]
    public void Damaged_descriptors_are_refused()
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        WasiDescriptors.Fresh(preopens: true).Write(new SnapshotWriter(buffer));
        for (int seed = 1; seed <= 300; seed++)
        {
            Random random = new(seed);
            byte[] changed = buffer.WrittenSpan[..(buffer.WrittenCount - random.Next(3))].ToArray();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                WasiDescriptors.Read(changed);
            }
            catch (SnapshotFormatException)
            {
                // Refused: fine.
            }
        }
    }

    private Dictionary<string, byte[]> Blocks() => _host.Data
        .Where(pair => pair.Key.AsSpan().StartsWith("wasi/b/"u8))
        .ToDictionary(pair => Encoding.ASCII.GetString(pair.Key), pair => pair.Value);
}
