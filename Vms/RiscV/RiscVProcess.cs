namespace Granary.Vms.RiscV;

/// <summary>What a process waits for. Saved: numbers never change.</summary>
internal enum RiscVWait : byte
{
    None = 0,

    /// <summary>For the end of another process.</summary>
    Process = 1,
    Read = 2,
    Write = 3,
}

/// <summary>A hart with what belongs to it; one of possibly several in a machine.</summary>
internal sealed class RiscVProcess(ulong id, RiscVHart hart)
{
    public ulong Id { get; } = id;

    public RiscVHart Hart { get; set; } = hart;

    public RiscVWait Wait { get; set; }

    /// <summary>Runs a program of its own: its pages and code are its own too.</summary>
    public bool HasOwnCode { get; set; }

    /// <summary>One of the few that the reference keeps in memory: bringing another one back costs cycles.</summary>
    public bool IsInstantiated { get; set; } = true;

    /// <summary>The process waited for, or the end of the pipe.</summary>
    public ulong Target { get; set; }

    /// <summary>Bytes asked for.</summary>
    public ulong Length { get; set; }

    /// <summary>Bytes written so far.</summary>
    public ulong Done { get; set; }

    /// <summary>Where the bytes are, or go.</summary>
    public ulong Buffer { get; set; }

    /// <summary>Where the answer goes: an exit code or a length.</summary>
    public ulong Answer { get; set; }

    /// <summary>The ends of pipes that its parent handed over.</summary>
    public ulong[] Inherited { get; set; } = [];
}
