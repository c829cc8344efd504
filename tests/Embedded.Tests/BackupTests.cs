using System.Globalization;
using Granary.Kernels;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>Copies of a data folder that is in use.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-backup-");

    private string Live => Path.Combine(_folder.FullName, "live");

    private string Copy => Path.Combine(_folder.FullName, "copy");

    private string File => Path.Combine(_folder.FullName, "backup.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_backup_of_a_folder_in_use_restores_to_kernels_that_go_on_and_verify()
    {
        int asked = 0;
        int acknowledged = 0;
        int atLeast;
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(
            Live, Engines.All, new EmbeddedOptions { CheckpointBytes = 5_000 }))
        {
            await host.DeployScriptAsync("adder", Programs.Adder);
            using CancellationTokenSource done = new();
            Task load = Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    Volatile.Write(ref asked, asked + 1);
                    await host.AskAsync("adder", "add", "1");
                    Volatile.Write(ref acknowledged, acknowledged + 1);
                }
            });
            await UntilAsync("there is load", () => Task.FromResult(Volatile.Read(ref acknowledged) > 20));
            atLeast = Volatile.Read(ref acknowledged);
            Assert.True(EmbeddedBackup.Make(Live, File) > 0);
            await done.CancelAsync();
            await load;
        }
        EmbeddedBackup.Restore(File, Copy);

        await using EmbeddedHost restored = await EmbeddedHost.OpenAsync(Copy, Engines.All);
        int value = int.Parse(await restored.AskAsync("adder", "add", "0"), CultureInfo.InvariantCulture);
        Assert.InRange(value, atLeast, asked);
        await restored.VerifiesAsync("adder");
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_nothing_wrong_is_taken()
    {
        await RefusedAsync(KernelHostError.Store, () => Task.Run(() => EmbeddedBackup.Make(Live, File)));
        await (await EmbeddedHost.OpenAsync(Live, Engines.All)).DisposeAsync();
        EmbeddedBackup.Make(Live, File);
        await RefusedAsync(KernelHostError.Store, () => Task.Run(() => EmbeddedBackup.Make(Live, File)));
        await RefusedAsync(KernelHostError.Store, () => Task.Run(() => EmbeddedBackup.Restore(File, Live)));

        byte[] bytes = await System.IO.File.ReadAllBytesAsync(File);
        bytes.AsSpan(4_096, 4_096).Clear();
        string broken = Path.Combine(_folder.FullName, "broken.db");
        await System.IO.File.WriteAllBytesAsync(broken, bytes);
        await RefusedAsync(KernelHostError.Store, () => Task.Run(() => EmbeddedBackup.Restore(broken, Copy)));
        await System.IO.File.WriteAllTextAsync(broken, "no database");
        await RefusedAsync(KernelHostError.Store, () => Task.Run(() => EmbeddedBackup.Restore(broken, Copy)));
        Assert.False(System.IO.File.Exists(Path.Combine(Copy, "granary.db")));
        EmbeddedBackup.Restore(File, Copy);
    }
}
