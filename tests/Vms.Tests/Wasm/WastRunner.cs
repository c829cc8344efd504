using System.Globalization;
using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>Executes the commands of a script and lists what went otherwise than it says.</summary>
internal sealed class WastRunner(Func<WasmState, int, WasmRunResult> run, bool compiles = false)
{
    private readonly Dictionary<string, Func<string, object?>> _registered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WastInstance> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, WastInstance> _tagged = [];
    private readonly Dictionary<string, object> _specTest = WastLinking.SpecTest();
    private WastInstance? _last;

    public VmLimits Limits { get; } = VmLimits.Default with { SnapshotBytesMax = 8L << 30 };

    /// <summary>All functions of each module are compiled before it starts.</summary>
    public bool Compiles { get; } = compiles;

    public List<string> Failures { get; } = [];

    /// <summary>Commands that assert something about more than the text format.</summary>
    public int Assertions { get; private set; }

    /// <summary>Rejections that say something else than the suite's words.</summary>
    public List<string> OtherWords { get; } = [];

    public WasmRunResult Run(WasmState state, int floor) => run(state, floor);

    public void Register(ulong tag, WastInstance instance) => _tagged[tag] = instance;

    public WastInstance InstanceOf(ulong tag) => _tagged[tag];

    public object Resolve(WasmImport import)
    {
        object? found = import.Module == "spectest"
            ? _specTest.GetValueOrDefault(import.Name)
            : _registered.GetValueOrDefault(import.Module)?.Invoke(import.Name);
        return found ?? throw new WastLinkException("unknown import");
    }

    public static (WasmTrap Trap, ulong[] Results) Invoke(WastFunction function, ulong[] arguments) =>
        function.Instance is { } instance ? instance.Invoke(function.Index, arguments) : (WasmTrap.None, []);

    public void Execute(WastScript script)
    {
        foreach (WastCommand command in script.Commands)
        {
            if (command.ModuleType == "text")
            {
                continue;
            }
            Assertions += command.Type.StartsWith("assert", StringComparison.Ordinal) ? 1 : 0;
            string? failure;
            try
            {
                failure = Execute(command, script);
            }
            catch (Exception e) when (e is InvalidCodeException or WastLinkException)
            {
                failure = e.Message;
            }
            if (failure is not null)
            {
                Failures.Add($"{script.Name}.wast:{command.Line}: {command.Type}: {failure}");
            }
        }
    }

    private string? Execute(WastCommand command, WastScript script)
    {
        switch (command.Type)
        {
            case "module":
                _last = Instantiate(script, command);
                if (command.Name is not null)
                {
                    _named[command.Name] = _last;
                }
                return _last.StartTrap == WasmTrap.None ? null : WasmTraps.TextOf(_last.StartTrap);
            case "register":
                WastInstance instance = Target(command.Name);
                _registered[command.As!] = instance.Export;
                return null;
            case "action":
                return Act(command.Action!, out _) is var trap && trap == WasmTrap.None ? null : WasmTraps.TextOf(trap);
            case "assert_return":
                WasmTrap unexpected = Act(command.Action!, out ulong[] results);
                return unexpected == WasmTrap.None
                    ? WastValues.Compare(command.Expected!, results)
                    : WasmTraps.TextOf(unexpected);
            case "assert_trap" or "assert_exhaustion" when command.Action is not null:
                return CompareTrap(command, Act(command.Action, out _));
            case "assert_trap" or "assert_uninstantiable":
                return CompareTrap(command, Instantiate(script, command).StartTrap);
            case "assert_malformed" or "assert_invalid":
                return CheckRejected(command, script.Modules[command.Filename!]);
            case "assert_unlinkable":
                return CheckUnlinkable(command, script);
            default:
                return "a command that the runner does not know";
        }
    }

    private WastInstance Instantiate(WastScript script, WastCommand command) =>
        WastInstance.Create(this, script.Modules[command.Filename!], (ulong)_tagged.Count + 1);

    private WastInstance Target(string? name) => name is null ? _last! : _named[name];

    private WasmTrap Act(WastAction action, out ulong[] results)
    {
        object? found = Target(action.Module).Export(action.Field);
        if (action.Type == "get")
        {
            results = [((WasmCell)found!).Value];
            return WasmTrap.None;
        }
        (WasmTrap trap, results) = Invoke((WastFunction)found!, [.. action.Args!.Select(WastValues.Parse)]);
        return trap;
    }

    private static string? CompareTrap(WastCommand command, WasmTrap trap)
    {
        string text = trap == WasmTrap.None ? "no trap" : WasmTraps.TextOf(trap);
        // The suite names the element too ("uninitialized element 2"), and calls an undefined one out of bounds.
        return command.Text!.StartsWith(text, StringComparison.Ordinal)
            ? null
            : $"{command.Text} wanted, {text} found";
    }

    private string? CheckRejected(WastCommand command, byte[] code)
    {
        string kind = command.Type["assert_".Length..];
        try
        {
            WasmModules.Load(code, Limits);
        }
        catch (InvalidCodeException e)
        {
            if (!e.What.Contains(command.Text!, StringComparison.Ordinal))
            {
                OtherWords.Add($"{command.Line}: {command.Text} / {e.Message}");
            }
            return e.What.StartsWith(kind, StringComparison.Ordinal) ? null : $"{command.Text}: {e.Message}";
        }
        return $"accepted, although {kind}: {command.Text}";
    }

    private string? CheckUnlinkable(WastCommand command, WastScript script)
    {
        try
        {
            Instantiate(script, command);
        }
        catch (WastLinkException e)
        {
            return e.Message == command.Text ? null : $"{command.Text} wanted, {e.Message} found";
        }
        return string.Create(CultureInfo.InvariantCulture, $"linked, although {command.Text}");
    }
}
