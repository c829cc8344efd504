using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>A shell whose commits wait until the test makes them durable, and whose messages go nowhere.</summary>
internal sealed class TestShell : IShellOwner, IShellEffects
{
    private readonly ShellOptions _options;

    public TestShell(TestKernel test, ShellOptions? options = null)
    {
        Test = test;
        _options = options ?? new ShellOptions();
        Shell = new KernelShell(test.Kernel, 1, this, _options, test.Time);
    }

    public TestKernel Test { get; }

    public KernelShell Shell { get; }

    public Queue<ShellCommit> Commits { get; } = new();

    /// <summary>Everything that was let out, in order.</summary>
    public List<string> Let { get; } = [];

    public bool IsGone { get; private set; }

    public void Do(params ShellJob[] jobs) => Shell.RunSlice(new Queue<ShellJob>(jobs), Test.Time);

    public void MakeDurable()
    {
        while (Commits.TryDequeue(out ShellCommit? commit))
        {
            commit.Complete(this);
        }
    }

    public IReadOnlyList<string> TakeLet()
    {
        string[] let = [.. Let];
        Let.Clear();
        return let;
    }

    public bool Drop(Exception error) => IsGone = true;

    public bool TryRetire(ulong position) => IsGone = true;

    public bool Step(Kernel kernel, long sliceGas) => kernel.Step(sliceGas);

    public void Commit(ShellCommit commit) => Commits.Enqueue(commit);

    public void CommitDone(ShellCommit commit, Exception? error)
    {
    }

    public void Send(Envelope message) => Let.Add($"send {message.To} {message.Number}");

    public void Acknowledge(
        KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status) =>
        Let.Add($"acknowledge {sender} {number} {status}");

    public void Refuse(KernelId sender, KernelId receiver) => Let.Add($"refuse {sender}");

    public void Publish(ShellCommit commit, Effect effect)
    {
    }
}
