using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>A function that a script can call or a module import: of an instance, or of the test's own.</summary>
internal sealed record WastFunction(WasmFuncType Type, WastInstance? Instance, int Index);

/// <summary>A module of a script, linked and running.</summary>
internal sealed unsafe class WastInstance : IWasmHostCalls
{
    private readonly WastRunner _runner;
    private readonly WastFunction[] _imports;

    private WastInstance(WastRunner runner, WasmState state, WastFunction[] imports)
    {
        _runner = runner;
        State = state;
        _imports = imports;
    }

    public WasmState State { get; }

    /// <summary>The trap of its start, for scripts that expect one.</summary>
    public WasmTrap StartTrap { get; private set; }

    public static WastInstance Create(WastRunner runner, byte[] code, ulong tag)
    {
        WasmModule module = WasmModules.Load(code, runner.Limits);
        List<WasmBinding?> bindings = [];
        List<WastFunction> functions = [];
        foreach (WasmImport import in module.Imports)
        {
            object found = runner.Resolve(import);
            WastLinking.Check(import, found);
            bindings.Add(found switch
            {
                WasmMemory memory => new WasmBinding { Memory = memory },
                WasmTable table => new WasmBinding { Table = table },
                WasmCell global => new WasmBinding { Global = global },
                _ => null,
            });
            if (found is WastFunction function)
            {
                functions.Add(function);
            }
        }
        WasmFunctions shared = new(module, WasmLimits.Of(runner.Limits).StackUnitsMax);
        if (runner.Compiles)
        {
            WasmCompiler.Compile(shared, [.. module.Functions.Select(f => shared.CodeOf(f.Index))
                .Where(WasmCompiler.CanCompile)]);
        }
        WastInstance instance = new(runner, new WasmState(shared) { ReferenceTag = tag }, [.. functions]);
        instance.State.HostCalls = instance;
        instance.State.Gas = long.MaxValue / 2;
        instance.State.GasReserve = long.MaxValue / 2;
        runner.Register(tag, instance);
        instance.StartTrap = WasmInstantiation.Fill(instance.State, WasmLimits.Of(runner.Limits), bindings);
        if (instance.StartTrap == WasmTrap.None && module.StartFunction is { } start)
        {
            instance.StartTrap = instance.Invoke(start, []).Trap;
        }
        return instance;
    }

    public object? Export(string name)
    {
        WasmExport export = State.Module.Exports.FirstOrDefault(e => e.Name == name);
        return export.Name is null ? null : export.Kind switch
        {
            WasmKind.Func => FunctionAt(export.Index),
            WasmKind.Memory => State.Memory,
            WasmKind.Table => State.Tables[export.Index],
            _ => State.Globals[export.Index],
        };
    }

    public WastFunction FunctionAt(int index) => index < _imports.Length
        ? _imports[index]
        : new WastFunction(State.Module.FuncTypes[index], this, index);

    /// <summary>Runs a function of this module to its end.</summary>
    public (WasmTrap Trap, ulong[] Results) Invoke(int index, ulong[] arguments)
    {
        if (index < _imports.Length)
        {
            return WastRunner.Invoke(_imports[index], arguments);
        }
        int floor = State.FrameCount;
        int start = State.TopEnd;
        WasmFunctionCode code = State.Functions.CodeOf(index);
        State.ReserveSlots(start + arguments.Length + code.Slots);
        arguments.CopyTo(new Span<ulong>(State.Slots + start, arguments.Length));
        if (!State.TryPush(code, start))
        {
            return (WasmTrap.StackExhausted, []);
        }
        WasmRunResult result = _runner.Run(State, floor);
        if (result == WasmRunResult.Returned)
        {
            return (WasmTrap.None, new Span<ulong>(State.Slots + start, code.Function.Type.Results.Length).ToArray());
        }
        while (State.FrameCount > floor)
        {
            State.Pop();
        }
        return (State.Trap, []);
    }

    public WasmCallResult Call(WasmState state, int import, int slot) => Call(_imports[import], slot);

    public WasmCallResult CallForeign(WasmState state, ulong reference, WasmFuncType type, int slot)
    {
        WastFunction target = _runner.InstanceOf(reference >> 32).FunctionAt((int)(uint)reference);
        if (!target.Type.Matches(type))
        {
            State.SetTrap(WasmTrap.IndirectCallMismatch, 0, 0);
            return WasmCallResult.Trapped;
        }
        return Call(target, slot);
    }

    private WasmCallResult Call(WastFunction target, int slot)
    {
        ulong[] arguments = new Span<ulong>(State.Slots + slot, target.Type.Parameters.Length).ToArray();
        (WasmTrap trap, ulong[] results) = WastRunner.Invoke(target, arguments);
        if (trap != WasmTrap.None)
        {
            State.SetTrap(trap, 0, 0);
            return WasmCallResult.Trapped;
        }
        results.CopyTo(new Span<ulong>(State.Slots + slot, results.Length));
        return WasmCallResult.Done;
    }
}
