namespace Granary.Vms.RiscV;

/// <summary>What a hart did wrong, in the reference's words.</summary>
internal enum RiscVFault : byte
{
    None,

    /// <summary>An address outside memory.</summary>
    MemOutOfBound,

    /// <summary>A write to a page that holds code or constants, or an execution of one that holds no code.</summary>
    MemWriteOnExecutablePage,
    InvalidInstruction,
    InvalidEcall,

    /// <summary>A name, source or amount that a system call was given is not one.</summary>
    InvalidArgument,

    /// <summary>What was to be run as a process is no program.</summary>
    InvalidElf,

    /// <summary>The arguments of a process do not fit its stack.</summary>
    MemOutOfStack,

    /// <summary>Every process waits for another one.</summary>
    Deadlock,
}
