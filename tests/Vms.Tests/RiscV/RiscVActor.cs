using System.Security.Cryptography;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>An actor under test; restored from its bytes wherever it stops.</summary>
internal sealed class RiscVActor
{
    public const long MessageGas = 1L << 40;

    private readonly IVmProgram _program;
    private RiscVContainer _container;

    public RiscVActor(RiscVAssembly program)
        : this(program.ToElf())
    {
    }

    public RiscVActor(byte[] elf)
    {
        _program = RiscVEngine.Actor.Load(elf, VmLimits.Default);
        _container = (RiscVContainer)_program.Start();
    }

    public TestHost Host { get; } = new(VmLimits.Default);

    /// <summary>Null: each message runs in one slice.</summary>
    public Func<long>? NextSliceGas { get; init; }

    public long GasUsed { get; private set; }

    public IEnumerable<string> Replies => Host.Replies.Select(r => Encoding.UTF8.GetString(r.Payload));

    public IEnumerable<string> Prints => Host.Prints.Select(p => Encoding.UTF8.GetString(p));

    public string Output => string.Concat(Prints);

    public string MemoryHash =>
        Convert.ToHexStringLower(SHA256.HashData(_container.State.Processes[0].Hart.Memory.Bytes));

    /// <summary>A message for a machine that does not run; says what came of it.</summary>
    public string Enter(string payload, string entry = "")
    {
        Host.CanReply = true;
        _container.Enter(new VmEntry(entry, Encoding.UTF8.GetBytes(payload), "someone"));
        return Run();
    }

    /// <summary>A message for a machine that waits for one.</summary>
    public string Receive(string payload, string entry = "")
    {
        Host.CanReply = true;
        return Resume(new VmAnswer.Received(new VmEntry(entry, Encoding.UTF8.GetBytes(payload), "someone")));
    }

    public string Resume(VmAnswer answer)
    {
        _container.Resume(answer);
        return Run();
    }

    private string Run()
    {
        while (true)
        {
            GasMeter gas = new(NextSliceGas?.Invoke() ?? GasMeter.Unlimited, MessageGas);
            VmExit exit = _container.Run(ref gas, Host);
            GasUsed += gas.Used;
            if (exit is VmExit.SliceEnded or VmExit.Suspended)
            {
                SnapshotBuffer saved = new();
                _container.Save(saved);
                _container = (RiscVContainer)_program.Restore(saved);
            }
            if (exit is not VmExit.SliceEnded)
            {
                return Describe(exit);
            }
        }
    }

    private static string Describe(VmExit exit) => exit switch
    {
        VmExit.Suspended { Request: HostRequest.Receive { TimeoutMilliseconds: null } } => "waits for a message",
        VmExit.Suspended { Request: HostRequest.Receive wait } => $"waits {wait.TimeoutMilliseconds} for a message",
        VmExit.Suspended { Request: HostRequest.Sleep sleep } => $"sleeps {sleep.Milliseconds}",
        VmExit.Suspended { Request: HostRequest.AwaitReply await } => $"awaits {await.CallId}",
        VmExit.Trapped trap => $"{trap.Kind} at {trap.Site}",
        VmExit.Halted { Output.Length: > 0 } halted => $"halts with '{Encoding.UTF8.GetString(halted.Output.Span)}'",
        VmExit.Reverted reverted when !reverted.Output.Span.StartsWith("exit "u8) =>
            $"reverts with '{Encoding.UTF8.GetString(reverted.Output.Span)}'",
        _ => $"exit {RiscVTestRun.ExitCode(exit)}",
    };
}
