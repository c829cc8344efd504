using System.Text;
using Granary.Kernels;

namespace Granary.Cli.Tests;

/// <summary>A kernel of <see cref="FakeHost"/>.</summary>
internal sealed class FakeKernel
{
    public required KernelInfo Info { get; set; }

    public Dictionary<string, KernelId> Ports { get; } = [];

    public SortedDictionary<string, KernelTimer> Timers { get; } = new(StringComparer.Ordinal);

    public List<DeadLetterInfo> Letters { get; } = [];

    public Dictionary<string, ulong> Keys { get; } = [];

    public List<SnapshotInfo> Snapshots { get; } = [];

    public List<JournalItem> Journal { get; } = [];

    public SortedDictionary<string, byte[]> State { get; } = new(StringComparer.Ordinal);

    public Queue<MessageRequest> Inbox { get; } = [];

    public MachineState? Machine { get; set; }

    public void Append(string kind, string text)
    {
        ulong position = Info.Position + 1;
        Hash chain = Hash.Of(Encoding.UTF8.GetBytes($"{kind} {position}"));
        Journal.Add(new JournalItem(position, kind, text, [new("detail", text)], chain));
        Info = Info with { Position = position, Chain = chain };
    }
}
