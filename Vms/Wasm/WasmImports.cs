using System.Collections.Frozen;

namespace Granary.Vms.Wasm;

/// <summary>An imported function that this engine has: its name, its type, and what it does.</summary>
/// <param name="Signature">Operands, a colon, results, as in <see cref="WasmOpcodes"/>.</param>
internal sealed record WasmImportFunction(
    string Module, string Name, string Signature, Func<WasmHostCall, WasmCallResult> Call)
{
    public WasmFuncType Type { get; } = TypeOf(Signature);

    private static WasmFuncType TypeOf(string signature)
    {
        string[] sides = signature.Split(':');
        return new WasmFuncType([.. sides[0].Select(TypeOf)], [.. sides[1].Select(TypeOf)]);
    }

    private static WasmType TypeOf(char letter) => letter == 'i' ? WasmType.I32 : WasmType.I64;
}

/// <summary>
/// All imported functions, in one table. Pointers and lengths are i32, each with its length behind it.
/// </summary>
internal static class WasmImports
{
    private const string Kernel = "granary";
    private const string Wasi = "wasi_snapshot_preview1";

    private static readonly WasmImportFunction[] _all =
    [
        new(Kernel, "message_size", ":i", WasmKernelCalls.MessageSize),
        new(Kernel, "message_read", "iii:i", WasmKernelCalls.MessageRead),
        new(Kernel, "message_entry", "ii:i", WasmKernelCalls.MessageEntry),
        new(Kernel, "message_sender", "ii:i", WasmKernelCalls.MessageSender),
        new(Kernel, "output", "ii:", WasmKernelCalls.Output),
        new(Kernel, "reply", "ii:i", WasmKernelCalls.Reply),
        new(Kernel, "exit", ":", WasmKernelCalls.Exit),
        new(Kernel, "revert", "ii:", WasmKernelCalls.Revert),
        new(Kernel, "send", "iiiiiil:i", WasmKernelCalls.Send),
        new(Kernel, "call", "iiiiiil:l", WasmKernelCalls.Call),
        new(Kernel, "await", "l:i", WasmKernelCalls.Await),
        new(Kernel, "answer_size", ":i", WasmKernelCalls.AnswerSize),
        new(Kernel, "answer_read", "iii:i", WasmKernelCalls.AnswerRead),
        new(Kernel, "receive", "l:i", WasmKernelCalls.Receive),
        new(Kernel, "sleep", "l:", WasmKernelCalls.Sleep),
        new(Kernel, "broadcast", "iiiiiil:i", WasmPortCalls.Broadcast),
        new(Kernel, "port_attach", "ii:", WasmPortCalls.Attach),
        new(Kernel, "port_count", ":i", WasmPortCalls.Arrived),
        new(Kernel, "port_bind", "iii:i", WasmPortCalls.Bind),
        new(Kernel, "port_unbind", "ii:i", WasmPortCalls.Unbind),
        new(Kernel, "port_open", "ii:i", WasmPortCalls.Open),
        new(Kernel, "port_revoke", "ii:i", WasmPortCalls.Revoke),
        new(Kernel, "timer_set", "iiiiiilll:i", WasmPortCalls.SetTimer),
        new(Kernel, "timer_clear", "ii:i", WasmPortCalls.ClearTimer),
        new(Kernel, "timer_fired", ":l", WasmPortCalls.Fired),
        new(Kernel, "state_get", "iiii:i", WasmStateCalls.Get),
        new(Kernel, "state_put", "iiii:", WasmStateCalls.Put),
        new(Kernel, "state_delete", "ii:i", WasmStateCalls.Delete),
        new(Kernel, "state_next", "iiii:i", WasmStateCalls.Next),
        new(Kernel, "emit", "iiii:", WasmKernelCalls.Emit),
        new(Kernel, "print", "ii:", WasmKernelCalls.Print),
        new(Kernel, "log", "ii:", WasmKernelCalls.Log),
        new(Kernel, "random", ":l", WasmKernelCalls.Random),
        new(Kernel, "time", ":l", WasmKernelCalls.Time),
        new(Kernel, "gas_left", ":l", WasmKernelCalls.GasLeft),
        new(Wasi, "args_sizes_get", "ii:i", WasiProcessCalls.ArgsSizesGet),
        new(Wasi, "args_get", "ii:i", WasiProcessCalls.ArgsGet),
        new(Wasi, "environ_sizes_get", "ii:i", WasiProcessCalls.EnvironSizesGet),
        new(Wasi, "environ_get", "ii:i", WasiProcessCalls.EnvironGet),
        new(Wasi, "clock_res_get", "ii:i", WasiProcessCalls.ClockResGet),
        new(Wasi, "clock_time_get", "ili:i", WasiProcessCalls.ClockTimeGet),
        new(Wasi, "random_get", "ii:i", WasiProcessCalls.RandomGet),
        new(Wasi, "fd_advise", "illi:i", WasiFileCalls.Advise),
        new(Wasi, "fd_allocate", "ill:i", WasiFileCalls.Allocate),
        new(Wasi, "fd_close", "i:i", WasiDescriptorCalls.Close),
        new(Wasi, "fd_datasync", "i:i", WasiFileCalls.DataSync),
        new(Wasi, "fd_fdstat_get", "ii:i", WasiDescriptorCalls.FdStatus),
        new(Wasi, "fd_fdstat_set_flags", "ii:i", WasiDescriptorCalls.SetFlags),
        new(Wasi, "fd_fdstat_set_rights", "ill:i", WasiDescriptorCalls.SetRights),
        new(Wasi, "fd_filestat_get", "ii:i", WasiFileCalls.Status),
        new(Wasi, "fd_filestat_set_size", "il:i", WasiFileCalls.SetSize),
        new(Wasi, "fd_filestat_set_times", "illi:i", WasiFileCalls.SetTimes),
        new(Wasi, "fd_pread", "iiili:i", WasiFileCalls.ReadAtOffset),
        new(Wasi, "fd_prestat_dir_name", "iii:i", WasiDescriptorCalls.PrestatName),
        new(Wasi, "fd_prestat_get", "ii:i", WasiDescriptorCalls.PrestatGet),
        new(Wasi, "fd_pwrite", "iiili:i", WasiFileCalls.WriteAtOffset),
        new(Wasi, "fd_read", "iiii:i", WasiFileCalls.Read),
        new(Wasi, "fd_readdir", "iiili:i", WasiDescriptorCalls.ReadDirectory),
        new(Wasi, "fd_renumber", "ii:i", WasiDescriptorCalls.Renumber),
        new(Wasi, "fd_seek", "ilii:i", WasiFileCalls.Seek),
        new(Wasi, "fd_sync", "i:i", WasiFileCalls.Sync),
        new(Wasi, "fd_tell", "ii:i", WasiFileCalls.Tell),
        new(Wasi, "fd_write", "iiii:i", WasiFileCalls.Write),
        new(Wasi, "path_create_directory", "iii:i", WasiPathCalls.CreateDirectory),
        new(Wasi, "path_filestat_get", "iiiii:i", WasiPathCalls.Status),
        new(Wasi, "path_filestat_set_times", "iiiilli:i", WasiPathCalls.SetTimes),
        new(Wasi, "path_link", "iiiiiii:i", WasiPathCalls.Link),
        new(Wasi, "path_open", "iiiiillii:i", WasiPathCalls.Open),
        new(Wasi, "path_readlink", "iiiiii:i", WasiPathCalls.ReadLink),
        new(Wasi, "path_remove_directory", "iii:i", WasiPathCalls.RemoveDirectory),
        new(Wasi, "path_rename", "iiiiii:i", WasiRename.Rename),
        new(Wasi, "path_symlink", "iiiii:i", WasiPathCalls.Symlink),
        new(Wasi, "path_unlink_file", "iii:i", WasiPathCalls.UnlinkFile),
        new(Wasi, "sock_accept", "iii:i", WasiDescriptorCalls.NoSocket),
        new(Wasi, "sock_recv", "iiiiii:i", WasiDescriptorCalls.NoSocket),
        new(Wasi, "sock_send", "iiiii:i", WasiDescriptorCalls.NoSocket),
        new(Wasi, "sock_shutdown", "ii:i", WasiDescriptorCalls.NoSocket),
        new(Wasi, "sched_yield", ":i", WasiProcessCalls.SchedYield),
        new(Wasi, "poll_oneoff", "iiii:i", WasiPoll.PollOneoff),
        new(Wasi, "proc_exit", "i:", WasiProcessCalls.ProcExit),
        new(Wasi, "proc_raise", "i:i", WasiProcessCalls.ProcRaise),
        new("env", "abort", "iiii:", static call => call.Trap(WasmTrap.Unreachable)),
    ];

    private static readonly FrozenDictionary<(string, string), WasmImportFunction> _byName =
        _all.ToFrozenDictionary(f => (f.Module, f.Name));

    public static IReadOnlyList<WasmImportFunction> All => _all;

    /// <summary>What the module's imports are bound to, in their order.</summary>
    /// <exception cref="InvalidCodeException">This engine has no such import, or of another type.</exception>
    public static WasmImportFunction[] Bind(WasmModule module) => [.. module.Imports.Select(Find)];

    private static WasmImportFunction Find(WasmImport import)
    {
        string name = $"import {import.Module}.{import.Name}";
        if (import.Kind != WasmKind.Func)
        {
            throw new InvalidCodeException($"unlinkable module: only functions can be imported, not a {import.Kind}",
                name);
        }
        if (!_byName.TryGetValue((import.Module, import.Name), out WasmImportFunction? function))
        {
            throw new InvalidCodeException("unlinkable module: unknown import", name);
        }
        return function.Type.Matches(import.Func!)
            ? function
            : throw new InvalidCodeException(
                $"unlinkable module: incompatible import type, {function.Type} wanted, {import.Func} found", name);
    }
}
