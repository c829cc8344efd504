using System.Buffers.Binary;

namespace Granary.Vms.Mcs51;

/// <summary>
/// A contract's run: the processor, the message, and what was asked for so far. Exactly what is saved.
/// </summary>
internal sealed class Mcs51DacrsRun
{
    public Mcs51State State { get; init; } = new();

    public Mcs51DacrsPhase Phase { get; set; }

    public string Entry { get; set; } = "";

    public string Sender { get; set; } = "";

    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>The contract's own id.</summary>
    public byte[] Self { get; set; } = new byte[Mcs51Transaction.AccountBytes];

    /// <summary>True between a host call and the instruction at its gate.</summary>
    public bool IsAnswered { get; set; }

    public Mcs51Books Books { get; } = new();

    /// <summary>What the payload says.</summary>
    public Mcs51Transaction Transaction { get; set; } = new();

    /// <summary>Begins a message; whatever was under way is abandoned.</summary>
    public void Enter(VmEntry entry)
    {
        Entry = Mcs51Snapshot.CleanEntryName(entry.Name);
        Sender = Mcs51Snapshot.CleanEntryName(entry.Sender);
        Payload = entry.Payload.ToArray();
        Transaction = new Mcs51Transaction();
        IsAnswered = false;
        Books.Clear();
        State.PowerUp();
        Phase = Mcs51DacrsPhase.Entered;
    }

    /// <summary>Puts the contract at its beginning, with its data in the buffer.</summary>
    public void PowerUp()
    {
        State.PowerUp();
        Span<byte> buffer = State.Xdata.AsSpan(Mcs51Layout.Buffer);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)Transaction.Data.Length);
        Transaction.Data.CopyTo(buffer[sizeof(ushort)..]);
        Phase = Mcs51DacrsPhase.Running;
    }
}
