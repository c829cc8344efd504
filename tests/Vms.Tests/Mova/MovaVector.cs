namespace Granary.Vms.Mova.Tests;

/// <summary>One case of any of the vector files; absent fields are null.</summary>
internal sealed record MovaVector(
    string Name, string Kind, string? Source, string? AsmError, string? Bytecode, string? From, int MaxSteps,
    MovaExpectation? Expect, MovaCheckpoint[]? Checkpoints, string? State, string? StateTopFirst, bool? Valid,
    int[]? Stack, uint Ip)
{
    public byte[] Code => Convert.FromHexString(Bytecode!);

    public override string ToString() => Name;
}

internal sealed record MovaExpectation(
    string Status, string? Trap, int Steps, long SleptMs, int[] Printed, uint Ip, int[] Stack, string State);

internal sealed record MovaCheckpoint(
    int Step, uint Ip, int[] Stack, int Printed, string State, string StateTopFirst);
