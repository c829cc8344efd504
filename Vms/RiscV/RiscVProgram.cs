using System.Security.Cryptography;

namespace Granary.Vms.RiscV;

/// <summary>A loaded program.</summary>
internal sealed class RiscVProgram : IVmProgram
{
    /// <summary>Runs without arguments: what a message means that names no entry.</summary>
    public const string MainEntry = "main";

    /// <summary>Runs with the payload as arguments, each ended by a zero byte.</summary>
    public const string ArgumentsEntry = "args";

    public RiscVProgram(RiscVImage image, ReadOnlyMemory<byte> code, VmLimits limits)
    {
        Image = image;
        CodeHash = SHA256.HashData(code.Span);
        Limits = limits;
        EntryPoints = image.Profile.IsActor ? [] : [MainEntry, ArgumentsEntry];
    }

    public RiscVImage Image { get; }

    /// <summary>SHA-256 of the file.</summary>
    public ReadOnlyMemory<byte> CodeHash { get; }

    public VmLimits Limits { get; }

    public RiscVProfile Profile => Image.Profile;

    public IReadOnlyList<string> EntryPoints { get; }

    public IVmContainer Start() => new RiscVContainer(this, new RiscVState());

    public IVmContainer Restore(ISnapshotSource snapshot) =>
        new RiscVContainer(this, RiscVSnapshot.Restore(snapshot, this));
}
