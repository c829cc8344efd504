namespace Granary.Vms.RiscV.Tests;

/// <summary>What a run must end in, for one version.</summary>
internal sealed record RiscVExpectation
{
    public int? Exit { get; init; }

    public long? Cycles { get; init; }

    public string? Error { get; init; }

    public string? Pc { get; init; }

    public string? Instruction { get; init; }

    public string? Number { get; init; }

    public string[]? Log { get; init; }

    public Dictionary<string, string>? Regs { get; init; }
}

/// <summary>A case of <c>directed</c>, <c>fusion</c> or <c>c_programs</c>.</summary>
internal sealed record RiscVProgramVector
{
    public required string Id { get; init; }

    public required byte[] Elf { get; init; }

    public string[] Args { get; init; } = [];

    public long? MaxCycles { get; init; }

    public string[]? Log { get; init; }

    public required Dictionary<string, RiscVExpectation> Expect { get; init; }
}

/// <summary>A case of <c>programs</c>.</summary>
internal sealed record RiscVSequenceVector
{
    public required string Id { get; init; }

    public int? MinVersion { get; init; }

    public required byte[] Elf { get; init; }

    public int Exit { get; init; }

    public required string[] Regs { get; init; }

    public required string DataAddr { get; init; }

    public int DataLen { get; init; }

    public required string DataSha256 { get; init; }

    public long?[]? Cycles { get; init; }

    /// <summary>Instructions executed, the last ecall included.</summary>
    public long Insts { get; init; }
}

/// <summary>A case of <c>decode32</c>.</summary>
internal sealed record RiscVDecodeVector
{
    public required string Id { get; init; }

    public required string W { get; init; }

    public bool Valid { get; init; }

    public string? Ext { get; init; }

    public string? Op { get; init; }

    public int? Rd { get; init; }

    public int? Rs1 { get; init; }

    public int? Rs2 { get; init; }

    public long? Imm { get; init; }
}

/// <summary>A case of <c>grids</c>.</summary>
internal sealed record RiscVGridVector
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public string? Word { get; init; }

    public string[]? Words { get; init; }

    public required string[] A { get; init; }

    public System.Text.Json.JsonElement B { get; init; }

    public required string[][] Results { get; init; }
}
