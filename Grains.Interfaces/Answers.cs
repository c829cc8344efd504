
namespace Granary.Grains.Interfaces;

// Aliases and ids are the contract between silos of two versions: they never change, and none is used again.

/// <summary>A message is in the kernel, for good.</summary>
/// <param name="Position">Its place in the journal.</param>
/// <param name="Duplicate">It had been taken before under the same key.</param>
[GenerateSerializer, Immutable, Alias("granary.Accepted")]
public sealed record AcceptedAnswer([property: Id(0)] ulong Position, [property: Id(1)] bool Duplicate);

/// <summary>What became of a call so far.</summary>
[GenerateSerializer, Immutable, Alias("granary.Call")]
public sealed record CallAnswer(
    [property: Id(0)] CallState State, [property: Id(1)] byte Status, [property: Id(2)] byte[] Payload,
    [property: Id(3)] long GasUsed, [property: Id(4)] bool Duplicate, [property: Id(5)] ReceiptAnswer? Receipt)
{
    /// <summary>Nobody remembers the key, or there is no reply yet.</summary>
    public static CallAnswer Without(CallState state) => new(state, 0, [], 0, Duplicate: false, Receipt: null);
}

/// <summary>How far a call has come. Numbers never change.</summary>
public enum CallState : byte
{
    Answered = 0,
    Waiting = 1,
    Unknown = 2,
}

[GenerateSerializer, Immutable, Alias("granary.Receipt")]
public sealed record ReceiptAnswer(
    [property: Id(0)] ulong Generation, [property: Id(1)] ulong Input, [property: Id(2)] byte[] InputHash,
    [property: Id(3)] ulong Outcome, [property: Id(4)] byte[] Chain, [property: Id(5)] long Gas,
    [property: Id(6)] byte Status, [property: Id(7)] byte[] OutputHash);

[GenerateSerializer, Immutable, Alias("granary.Head")]
public sealed record HeadAnswer(
    [property: Id(0)] ulong Generation, [property: Id(1)] ulong Position, [property: Id(2)] byte[] Chain,
    [property: Id(3)] byte[] Root, [property: Id(4)] byte[]? WorkRoot, [property: Id(5)] long Time);

[GenerateSerializer, Immutable, Alias("granary.Timer")]
public sealed record TimerAnswer([property: Id(0)] string Name, [property: Id(1)] byte[] Timer);

[GenerateSerializer, Immutable, Alias("granary.DeadLetter")]
public sealed record DeadLetterAnswer([property: Id(0)] ulong Number, [property: Id(1)] byte[] Letter);

/// <param name="Machine">As the command that writes it.</param>
[GenerateSerializer, Immutable, Alias("granary.Machine")]
public sealed record MachineAnswer([property: Id(0)] string Engine, [property: Id(1)] byte[] Machine);

[GenerateSerializer, Immutable, Alias("granary.Entry")]
public sealed record EntryAnswer([property: Id(0)] byte[] Key, [property: Id(1)] byte[] Value);

[GenerateSerializer, Immutable, Alias("granary.Evidence")]
public sealed record EvidenceAnswer(
    [property: Id(0)] byte[] Root, [property: Id(1)] byte[]? Value, [property: Id(2)] byte[] Proof);

[GenerateSerializer, Immutable, Alias("granary.Place")]
public sealed record PlaceAnswer(
    [property: Id(0)] SiloAddress Silo, [property: Id(1)] string Name, [property: Id(2)] bool IsMigrating);
