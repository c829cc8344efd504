namespace Granary.Vms.Wasm;

/// <summary>What may be done with a descriptor. Numbers are those of WASI preview 1.</summary>
[Flags]
internal enum WasiRights : ulong
{
    None = 0,
    DataSync = 1 << 0,
    Read = 1 << 1,
    Seek = 1 << 2,
    SetFlags = 1 << 3,
    Sync = 1 << 4,
    Tell = 1 << 5,
    Write = 1 << 6,
    Advise = 1 << 7,
    Allocate = 1 << 8,
    CreateDirectory = 1 << 9,
    CreateFile = 1 << 10,
    LinkSource = 1 << 11,
    LinkTarget = 1 << 12,
    Open = 1 << 13,
    ReadDirectory = 1 << 14,
    ReadLink = 1 << 15,
    RenameSource = 1 << 16,
    RenameTarget = 1 << 17,
    PathStatus = 1 << 18,
    PathSetSize = 1 << 19,
    PathSetTimes = 1 << 20,
    Status = 1 << 21,
    SetSize = 1 << 22,
    SetTimes = 1 << 23,
    Symlink = 1 << 24,
    RemoveDirectory = 1 << 25,
    UnlinkFile = 1 << 26,
    Poll = 1 << 27,

    Both = DataSync | SetFlags | Sync | Advise | Status | SetTimes,
    File = Both | Read | Seek | Tell | Write | Allocate | SetSize | Poll,
    Directory = Both | CreateDirectory | CreateFile | LinkSource | LinkTarget | Open | ReadDirectory | ReadLink
        | RenameSource | RenameTarget | PathStatus | PathSetSize | PathSetTimes | Symlink | RemoveDirectory
        | UnlinkFile,
}

/// <summary>Kinds of files, with their numbers.</summary>
internal enum WasiFileType : byte
{
    Unknown = 0,
    CharacterDevice = 2,
    Directory = 3,
    RegularFile = 4,
    SymbolicLink = 7,
}

/// <summary>Flags of a descriptor; all but the first mean nothing here, for every write is as durable as its turn.
/// </summary>
[Flags]
internal enum WasiFlags : ushort
{
    None = 0,
    Append = 1,
    All = 0x1f,
}
