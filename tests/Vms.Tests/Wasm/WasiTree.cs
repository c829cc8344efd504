using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>The files of a kernel as a test puts them there: by the engine's own store, without a machine.</summary>
internal sealed class WasiTree
{
    private readonly WasmHostCall _call;

    public WasiTree(TestHost host)
    {
        WasmProgram program = (WasmProgram)WasmRun.Load("(module (func (export \"x\")))");
        _call = new WasmHostCall(new WasmState(program.Functions), new WasmSession(), VmLimits.Default)
        {
            Host = host, Gas = new GasMeter(GasMeter.Unlimited, GasMeter.Unlimited),
        };
        _call.Session.Descriptors = WasiDescriptors.Fresh(preopens: true);
    }

    public WasiStore Store => _call.Files.Store;

    /// <summary>A folder of the machine that tests, with all that is in it, as the root.</summary>
    public void Copy(string folder) => Copy(folder, WasiInode.Root);

    private void Copy(string folder, uint directory)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            Add(directory, Path.GetFileName(file), WasiFileType.RegularFile, File.ReadAllBytes(file));
        }
        foreach (string inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            Copy(inner, Add(directory, Path.GetFileName(inner), WasiFileType.Directory, []));
        }
    }

    public uint Add(uint directory, string name, WasiFileType type, byte[] content)
    {
        Check(Store.Create(type, directory, out uint number));
        Check(Store.Add(directory, System.Text.Encoding.UTF8.GetBytes(name), number));
        Check(Store.Read(number, out WasiInode inode));
        Check(Store.WriteData(number, ref inode, 0, content));
        Check(Store.Write(number, inode));
        return number;
    }

    private static void Check(WasiErrno error) => Assert.Equal(WasiErrno.Success, error);
}
