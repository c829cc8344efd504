namespace Granary.Api;

/// <summary>One page of a list. Without <see cref="Next"/> there is no more.</summary>
public sealed record ApiList<T>(IReadOnlyList<T> Items, string? Next = null);

public sealed record ApiEngine(string Id, string Summary, IReadOnlyList<ApiLanguage> Languages);

public sealed record ApiLanguage(string Name, string FileExtension);

public sealed record ApiKernel(
    string Id, string Engine, string CodeHash, string Status, ulong Generation, long CreatedAt, ulong Position,
    string Chain, long? WakeAt, int InboxCount, long GasSpent, string Reason);

/// <param name="Here">It is the one that answers.</param>
public sealed record ApiSilo(string Name, string Address, string Status, bool Here);

public sealed record ApiPlace(string Kernel, string Silo);

public sealed record ApiAccepted(string To, ulong Position, bool Duplicate);

/// <summary>A call that has no reply yet: wait again with its key.</summary>
public sealed record ApiPending(string To, string Key);

public sealed record ApiCallResult(
    string Status, ApiBytes Payload, long? GasUsed, bool Duplicate, string Key, ApiReceipt? Receipt);

public sealed record ApiReceipt(
    string Kernel, ulong Generation, ulong Input, string InputHash, ulong Outcome, string Chain, long? Gas,
    string Status, string OutputHash);

public sealed record ApiStateEntry(ApiBytes Key, ApiBytes Value);

/// <param name="Proof">CBOR, hexadecimal: an array of the tree nodes from the root down.</param>
public sealed record ApiEvidence(string Root, ApiBytes Key, ApiBytes? Value, string Proof);

public sealed record ApiSnapshot(
    string? Name, ulong Position, ulong Generation, string Root, string Chain, bool HalfDone, long Time);

public sealed record ApiFork(string NewId, string? From = null);

public sealed record ApiRollback(string To);

public sealed record ApiPort(string Target);

/// <param name="Grant">The number under which the target made the port; 0 when an operator gave it.</param>
public sealed record ApiHeldPort(string Name, string Target, ulong Grant);

public sealed record ApiTimer(string Name, long Due, long Period, string Entry, ApiBytes Payload, long? Gas);

public sealed record ApiDeadLetter(
    ulong Number, long Time, string Status, string Reason, int Tries, ApiMessage Message);

/// <summary>A message as it travels. What a kind has no use for is empty or 0.</summary>
/// <param name="Ports">The ports that go with it, each as its target's id, or <c>ID#GRANT</c>.</param>
public sealed record ApiMessage(
    string Kind, string From, ulong FromGeneration, ulong Number, string To, string Entry, ApiBytes Payload,
    long? Gas, ulong CallId, string Status, IReadOnlyList<string> CallChain, string IdempotencyKey, string Trace,
    IReadOnlyList<string> Ports, ulong Grant, long? Deadline);

public sealed record ApiJournalEntry(
    ulong Position, string Kind, string Text, IReadOnlyDictionary<string, string> Fields, string Chain);

/// <param name="Gas">What the message had used before it.</param>
/// <param name="Values">Registers, stack and whatever else the engine shows.</param>
public sealed record ApiTraceStep(
    ulong Step, long Gas, int Depth, long Position, string Instruction, IReadOnlyDictionary<string, string> Values);

public sealed record ApiVerifyReport(
    string Id, bool Accepted, ulong From, ulong To, ulong? FirstDifference, string Reason, string Chain, string Root,
    long GasExecuted);

/// <param name="Sections">Hexadecimal, by name.</param>
/// <param name="Memories">Hexadecimal, by name.</param>
public sealed record ApiMachine(
    string Engine, string Status, string Text, IReadOnlyDictionary<string, string> Sections,
    IReadOnlyDictionary<string, string> Memories);

/// <summary>The data of a server-sent event; its id is the event's, its name the kind.</summary>
public sealed record ApiEvent(string Event, string Kernel, long Time, string Topic, ApiBytes Content, string Status);

/// <summary>RFC 9457.</summary>
public sealed record ApiProblem(
    string Type, string Title, string Detail, int Status, string Code, string? TraceId = null);
