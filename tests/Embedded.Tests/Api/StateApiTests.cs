using System.Text;
using Granary.Kernels;
using Granary.Vms;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>What every method of the host does, and how it refuses: state, checkpoints, journal, machines.</summary>
public abstract class StateApiTests(MediumKind kind) : HostTest(kind)
{
    [Fact]
    public async Task State_is_read_in_order_by_prefix_in_pages_and_as_it_was()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        await PutAsync(1, 3);
        await Host.SnapshotAsync(Id("i"), "three");
        await PutAsync(4, 5);
        StateQuery numbers = new() { Id = Id("i"), Prefix = "data/n/"u8.ToArray() };
        List<StateEntry> all = await ReadAsync(numbers);
        Assert.Equal(5, all.Count);
        Assert.Equal("5", Encoding.UTF8.GetString(all[4].Value.Span));
        List<StateEntry> page = await ReadAsync(numbers with { After = all[1].Key, Limit = 2 });
        Assert.Equal([3, 4], page.Select(e => int.Parse(Encoding.UTF8.GetString(e.Value.Span))));
        Assert.Equal(3, (await ReadAsync(numbers with { At = new CheckpointRef { Name = "three" } })).Count);
        await RefusedAsync(
            KernelHostError.NoSuchCheckpoint, () =>
                ReadAsync(numbers with { At = new CheckpointRef { Name = "none" } }));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => ReadAsync(new StateQuery { Id = Id("nobody") }));
        await RefusedAsync(KernelHostError.BadRequest, () => ReadAsync(numbers with { Prefix = new byte[3_000] }));
    }

    [Fact]
    public async Task Presence_and_absence_are_proven()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        await PutAsync(1, 2);
        StateEvidence there = await Host.ProveAsync(Id("i"), "data/count"u8.ToArray());
        Assert.Equal("2", Encoding.UTF8.GetString(there.Value!.Value.Span));
        StateEvidence absent = await Host.ProveAsync(Id("i"), "data/none"u8.ToArray());
        Assert.Null(absent.Value);
        Assert.Equal(there.Root, absent.Root);
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.ProveAsync(Id("nobody"), "x"u8.ToArray()));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.ProveAsync(Id("i"), new byte[3_000]));
    }

    [Fact]
    public async Task Snapshots_are_named_listed_and_rolled_back_to()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        await PutAsync(1, 2);
        SnapshotInfo two = await Host.SnapshotAsync(Id("i"), "two");
        await PutAsync(3, 4);
        string[] taken = ["two"];
        foreach (string name in taken)
        {
            await RefusedAsync(KernelHostError.NameTaken, () => Host.SnapshotAsync(Id("i"), name));
        }
        foreach (string name in new[] { "", "12", "No Name", new string('a', 64), new string('x', 65) })
        {
            await RefusedAsync(KernelHostError.BadRequest, () => Host.SnapshotAsync(Id("i"), name));
        }
        Assert.Contains(await Host.ListSnapshotsAsync(Id("i")), s => s == two);
        KernelInfo back = await Host.RollbackAsync(Id("i"), new CheckpointRef { Root = two.Root });
        Assert.Equal(2UL, back.Generation);
        Assert.Equal("3", await Host.AskAsync("i", "put", "3"));
        await RefusedAsync(
            KernelHostError.NoSuchCheckpoint, () => Host.RollbackAsync(Id("i"), CheckpointRef.Parse("999999")));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.ListSnapshotsAsync(Id("nobody")));
        await Host.VerifiesAsync("i");
    }

    [Fact]
    public async Task One_name_given_twice_at_once_is_taken_once_and_disturbs_nothing()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        Task<SnapshotInfo>[] snapshots = [.. Enumerable.Range(0, 20).Select(_ => Host.SnapshotAsync(Id("i"), "one"))];
        Task<string>[] puts = [.. Enumerable.Range(0, 20).Select(n => Host.AskAsync("i", "put", $"{n}"))];
        await Task.WhenAll(puts);
        int done = 0;
        foreach (Task<SnapshotInfo> snapshot in snapshots)
        {
            try
            {
                await snapshot;
                done++;
            }
            catch (KernelHostException error)
            {
                Assert.Equal(KernelHostError.NameTaken, error.Error);
            }
        }
        Assert.Equal(1, done);
    }

    [Fact]
    public async Task A_fork_goes_on_by_itself()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        await PutAsync(1, 2);
        await Host.SnapshotAsync(Id("i"), "two");
        await PutAsync(3, 3);
        KernelInfo now = await Host.ForkAsync(Id("i"), Id("now"), null);
        KernelInfo then = await Host.ForkAsync(Id("i"), Id("then"), new CheckpointRef { Name = "two" });
        Assert.Equal(2UL, now.Generation);
        Assert.Equal("4", await Host.AskAsync("now", "put", "9"));
        Assert.Equal("3", await Host.AskAsync("then", "put", "9"));
        Assert.Equal("4", await Host.AskAsync("i", "put", "9"));
        await RefusedAsync(KernelHostError.NameTaken, () => Host.ForkAsync(Id("i"), Id("now"), null));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.ForkAsync(Id("nobody"), Id("new"), null));
        await RefusedAsync(
            KernelHostError.NoSuchCheckpoint, () =>
                Host.ForkAsync(Id("i"), Id("new"), new CheckpointRef { Name = "none" }));
        foreach (string id in new[] { "i", "now", "then" })
        {
            await Host.VerifiesAsync(id);
        }
    }

    [Fact]
    public async Task The_journal_reads_from_the_birth_on()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        await PutAsync(1, 1);
        List<JournalItem> items = [];
        await foreach (JournalItem item in Host.ReadJournalAsync(Id("i"), 0))
        {
            items.Add(item);
        }
        Assert.Equal(Enumerable.Range(1, items.Count).Select(n => (ulong)n), items.Select(i => i.Position));
        Assert.Equal((await Host.GetAsync(Id("i"))).Chain, items[^1].Chain);
        Assert.All(items, i => Assert.NotEmpty(i.Text));
        await RefusedAsync(
            KernelHostError.NoSuchKernel, async () =>
                await Host.ReadJournalAsync(Id("nobody"), 0).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task A_machine_is_read_and_written()
    {
        await Host.DeployMovaAsync("m", Programs.Sleeper);
        await Host.DeployMovaAsync("n", Programs.Sleeper);
        await Host.DeployScriptAsync("s", Programs.Adder);
        await Host.StartAsync("m");
        await UntilAsync("it sleeps", async () => (await Host.GetAsync(Id("m"))).Status == KernelStatus.Sleeping);
        MachineState machine = await Host.ReadMachineAsync(Id("m"));
        Assert.Equal(KernelStatus.Sleeping, machine.Status);
        await Host.WriteMachineAsync(Id("n"), machine);
        await UntilAsync("it counts on", async () => await Host.CountAsync("n") == 2);
        await RefusedAsync(KernelHostError.BadSnapshot, () => Host.WriteMachineAsync(Id("s"), machine));
        await RefusedAsync(
            KernelHostError.BadSnapshot, () =>
                Host.WriteMachineAsync(Id("n"), machine with { Snapshot = new SnapshotBuffer() }));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.ReadMachineAsync(Id("nobody")));
        await Host.VerifiesAsync("n");
    }

    [Fact]
    public async Task A_machine_written_with_a_status_that_does_not_fit_harms_nothing()
    {
        await Host.DeployMovaAsync("m", Programs.Sleeper);
        await Host.StartAsync("m");
        await UntilAsync("it sleeps", async () => (await Host.GetAsync(Id("m"))).Status == KernelStatus.Sleeping);
        MachineState machine = await Host.ReadMachineAsync(Id("m"));
        foreach (KernelStatus status in Enum.GetValues<KernelStatus>())
        {
            string id = $"w{(byte)status}";
            await Host.DeployMovaAsync(id, Programs.Sleeper);
            try
            {
                await Host.WriteMachineAsync(Id(id), machine with { Status = status });
                await Host.StartAsync(id);
            }
            catch (KernelHostException error)
            {
                Assert.True(error.Error == KernelHostError.BadSnapshot, $"{status}: {error.Message}");
            }
            KernelInfo info = await Host.GetAsync(Id(id));
            Assert.True(info.Status != KernelStatus.Quarantined, $"{status}: {info.Reason}");
            await Host.VerifiesAsync(id);
        }
    }

    [Fact]
    public async Task Verifying_names_what_it_cannot_find()
    {
        await Host.DeployScriptAsync("i", Programs.Inbox);
        await PutAsync(1, 3);
        SnapshotInfo half = await Host.SnapshotAsync(Id("i"), "half");
        await PutAsync(4, 6);
        VerifyReport report = await Host.VerifyAsync(Id("i"), new CheckpointRef { Name = "half" }, null);
        Assert.True(report.Accepted, report.Reason);
        Assert.Equal(half.Position, report.From);
        Assert.Equal((await Host.GetAsync(Id("i"))).Chain, report.Chain);
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.VerifyAsync(Id("nobody"), null, null));
        await RefusedAsync(
            KernelHostError.NoSuchCheckpoint, () =>
                Host.VerifyAsync(Id("i"), new CheckpointRef { Name = "none" }, null));
    }

    private async Task PutAsync(int first, int last)
    {
        for (int n = first; n <= last; n++)
        {
            await Host.AskAsync("i", "put", $"{n}");
        }
    }

    private async Task<List<StateEntry>> ReadAsync(StateQuery query)
    {
        List<StateEntry> entries = [];
        await foreach (StateEntry entry in Host.ReadStateAsync(query))
        {
            entries.Add(entry);
        }
        return entries;
    }
}

public sealed class MemoryStateApiTests() : StateApiTests(MediumKind.Memory);

public sealed class SqliteStateApiTests() : StateApiTests(MediumKind.Sqlite);
