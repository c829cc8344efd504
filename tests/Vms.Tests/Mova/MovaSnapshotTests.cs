namespace Granary.Vms.Mova.Tests;

public sealed class MovaSnapshotTests
{
    private static readonly IVmProgram Program = MovaTestRun.Engine.Load(new byte[] { 4, 0, 0, 0 }, VmLimits.Default);

    [Fact]
    public void A_raw_state_is_a_whole_snapshot()
    {
        byte[] raw = Convert.FromHexString("3acc000100000005101e00000002");

        MovaTestRun run = new(new byte[12], from: Snapshot(raw));

        Assert.Equal(["state"], run.Save().Sections.Keys);
        Assert.Equal(raw, run.Save().Sections["state"]);
        Assert.Empty(run.Save().Memories);
    }

    [Theory]
    [InlineData("", "A Mova state has 10 bytes or more, not 0.")]
    [InlineData("3acd0000101e00000000", "A Mova state must begin with 3acc, not 3acd.")]
    [InlineData("3acc0001101e00000000", "A Mova state of 1 items has 14 bytes, not 10.")]
    [InlineData("3acc0000101e0000000000", "A Mova state of 0 items has 10 bytes, not 11.")]
    [InlineData("3acc0000101f00000000", "A Mova state must have, after its items, 101e, not 101f.")]
    public void A_broken_state_is_refused_with_its_reason(string hex, string reason)
    {
        SnapshotFormatException e = Assert.Throws<SnapshotFormatException>(
            () => Program.Restore(Snapshot(Convert.FromHexString(hex))));

        Assert.Equal(reason, e.Message);
    }

    [Fact]
    public void A_snapshot_of_something_else_is_refused()
    {
        SnapshotFormatException e = Assert.Throws<SnapshotFormatException>(() => Program.Restore(new SnapshotBuffer()));

        Assert.Equal("The snapshot has no section 'state'.", e.Message);
    }

    [Fact]
    public void A_stack_over_the_limit_is_refused()
    {
        IVmProgram program = MovaTestRun.Engine.Load(new byte[4], VmLimits.Default with { StackSlotsMax = 2 });

        SnapshotFormatException e = Assert.Throws<SnapshotFormatException>(
            () => program.Restore(Snapshot(new MovaState(0, new int[3]).ToBytes())));

        Assert.Equal("A stack of 3 items is over its limit of 2.", e.Message);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("a b")]
    [InlineData("")]
    public void An_entry_that_is_no_refused_name_is_refused(string name)
    {
        SnapshotBuffer snapshot = Snapshot(MovaState.Empty.ToBytes());
        snapshot.WriteSection("entry", System.Text.Encoding.ASCII.GetBytes(name));

        Assert.Throws<SnapshotFormatException>(() => Program.Restore(snapshot));
    }

    [Fact]
    public void Describe_shows_pointer_and_stack()
    {
        Assert.Equal("ip 4\nstack (bottom first): 1 -2 3\n", Describe(new MovaState(4, new[] { 1, -2, 3 })));
        Assert.Equal("ip 4294967295\nstack (bottom first): empty\n", Describe(new MovaState(uint.MaxValue, default)));
    }

    [Fact]
    public void Describe_shows_the_top_64_items_and_counts_the_rest()
    {
        string shown = Describe(new MovaState(0, Enumerable.Range(0, 1_000).ToArray()));

        Assert.Equal($"ip 0\nstack (bottom first): (936 more) {string.Join(' ', Enumerable.Range(936, 64))}\n", shown);
    }

    private static string Describe(MovaState state) => MovaTestRun.Engine.Describe(Snapshot(state.ToBytes()));

    private static SnapshotBuffer Snapshot(byte[] state)
    {
        SnapshotBuffer snapshot = new();
        snapshot.WriteSection(MovaState.SectionName, state);
        return snapshot;
    }
}
