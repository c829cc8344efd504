namespace Granary.Vms.Wasm;

/// <summary>Error numbers of WASI preview 1 that this engine gives, and two ends that a program never sees.</summary>
internal enum WasiErrno : ushort
{
    Success = 0,
    BadDescriptor = 8,
    Busy = 10,
    Exists = 20,
    FileTooBig = 22,
    BadEncoding = 25,
    Invalid = 28,
    Broken = 29,
    IsDirectory = 31,
    Loop = 32,
    TooManyOpen = 33,
    NameTooLong = 37,
    NoEntry = 44,
    NoSpace = 51,
    NotImplemented = 52,
    NotDirectory = 54,
    NotEmpty = 55,
    NotSocket = 57,
    NotSupported = 58,
    NotPermitted = 63,
    IllegalSeek = 70,
    NotCapable = 76,

    /// <summary>Traps: the message's gas does not cover the call.</summary>
    OutOfGas = 0xfffe,

    /// <summary>Traps: the kernel's state has no room.</summary>
    LimitExceeded = 0xffff,
}
