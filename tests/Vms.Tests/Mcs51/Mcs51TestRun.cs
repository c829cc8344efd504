using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>One program under test with its host; runs it in slices, saved and restored between them.</summary>
internal sealed class Mcs51TestRun
{
    private readonly IVmProgram _program;
    private readonly Queue<VmEntry> _messages = new();

    public Mcs51TestRun(IVmProgram program, params VmEntry[] messages)
    {
        _program = program;
        Container = program.Start();
        Container.Enter(messages[0]);
        foreach (VmEntry message in messages.Skip(1))
        {
            _messages.Enqueue(message);
        }
    }

    public IVmContainer Container { get; private set; }

    public TestHost Host { get; } = new(VmLimits.Default);

    public long GasUsed { get; private set; }

    public string Printed => string.Concat(Host.Prints.Select(Encoding.Latin1.GetString));

    public SnapshotBuffer Save()
    {
        SnapshotBuffer buffer = new();
        Container.Save(buffer);
        return buffer;
    }

    /// <summary>As a migration does it: the machine goes on from its bytes.</summary>
    public void Replace() => Container = _program.Restore(Save());

    public VmExit RunSlice(long sliceGas, long messageGas)
    {
        GasMeter gas = new(sliceGas, messageGas);
        VmExit exit = Container.Run(ref gas, Host);
        GasUsed += gas.Used;
        return exit;
    }

    /// <summary>To the end, a trap, or a wait without another message; restored from its bytes each time.</summary>
    public VmExit Run(Func<long> nextSliceGas, long messageGas, bool replace = true)
    {
        while (true)
        {
            VmExit exit = RunSlice(nextSliceGas(), messageGas - GasUsed);
            bool goesOn = exit is VmExit.SliceEnded
                || (exit is VmExit.Suspended { Request: HostRequest.Receive } && _messages.Count > 0);
            if (!goesOn)
            {
                return exit;
            }
            if (replace)
            {
                Replace();
            }
            if (exit is VmExit.Suspended)
            {
                Host.CanReply = true;
                Container.Resume(new VmAnswer.Received(_messages.Dequeue()));
            }
        }
    }

    /// <summary>Everything that may not depend on how a run was cut.</summary>
    public string Outcome(VmExit exit)
    {
        string end = exit switch
        {
            VmExit.Trapped trap => $"{trap.Kind} at {trap.Site}",
            VmExit.Halted halted => $"Halted {Convert.ToHexStringLower(halted.Output.Span)}",
            VmExit.Reverted reverted => $"Reverted {Encoding.UTF8.GetString(reverted.Output.Span)}",
            _ => exit.GetType().Name,
        };
        StringBuilder text = new($"{end}; gas {GasUsed}; printed {Printed}; replies ");
        text.AppendJoin(' ', Host.Replies.Select(r => Convert.ToHexStringLower(r.Payload)));
        if (exit is not VmExit.Trapped)
        {
            SnapshotBuffer saved = Save();
            foreach ((string name, byte[] content) in saved.Sections)
            {
                text.Append($"; {name} {Convert.ToHexStringLower(content)}");
            }
            foreach ((string name, byte[] content) in saved.Memories)
            {
                byte[] hash = System.Security.Cryptography.SHA256.HashData(content);
                text.Append($"; {name} {Convert.ToHexStringLower(hash)}");
            }
        }
        foreach ((byte[] key, byte[] value) in Host.Data)
        {
            text.Append($"; {Convert.ToHexStringLower(key)}={Convert.ToHexStringLower(value)}");
        }
        return text.ToString();
    }
}
