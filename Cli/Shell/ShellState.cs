using Granary.Kernels;

namespace Granary.Cli;

/// <summary>What the shell remembers between commands.</summary>
internal sealed class ShellState : IAsyncDisposable
{
    private readonly SortedDictionary<KernelId, Binding> _bindings = [];
    private readonly Dictionary<KernelId, MachineState> _machines = [];
    private readonly Dictionary<KernelId, DebugSession> _debugged = [];

    /// <summary>The kernel that a lone '.' means: the one bound last.</summary>
    public KernelId? Current { get; private set; }

    public bool IsExiting { get; set; }

    public IEnumerable<KernelId> Bound => _bindings.Keys;

    /// <summary>Shows a kernel's events from now on.</summary>
    public async Task BindAsync(
        IKernelHost host, KernelId id, Action<KernelEvent> show, CancellationToken cancellationToken)
    {
        await host.GetAsync(id, cancellationToken);
        if (!_bindings.ContainsKey(id))
        {
            _bindings.Add(id, new Binding(EventStream.Start(host, id, cancellationToken), show));
        }
        Current = id;
    }

    /// <returns>False when it was not bound.</returns>
    public async Task<bool> UnbindAsync(KernelId id)
    {
        if (!_bindings.Remove(id, out Binding? binding))
        {
            return false;
        }
        await binding.DisposeAsync();
        if (Current == id)
        {
            Current = _bindings.Count == 0 ? null : _bindings.Keys.Last();
        }
        return true;
    }

    public void Keep(KernelId id, MachineState machine) => _machines[id] = machine;

    /// <summary>Keeps a copy to step through, in place of an older one.</summary>
    public void Keep(KernelId id, DebugSession debug) => _debugged[id] = debug;

    public DebugSession? Debugged(KernelId id) => _debugged.GetValueOrDefault(id);

    public MachineState? Kept(KernelId id) => _machines.GetValueOrDefault(id);

    public async ValueTask DisposeAsync()
    {
        foreach (Binding binding in _bindings.Values)
        {
            await binding.DisposeAsync();
        }
        _bindings.Clear();
    }

    private sealed class Binding(EventStream events, Action<KernelEvent> show) : IAsyncDisposable
    {
        private readonly Task _showing = ShowAsync(events, show);

        public async ValueTask DisposeAsync()
        {
            await events.DisposeAsync();
            await _showing;
        }

        private static async Task ShowAsync(EventStream events, Action<KernelEvent> show)
        {
            try
            {
                while (await events.NextAsync() is { } e)
                {
                    show(e);
                }
            }
            catch (OperationCanceledException)
            {
                // Unbound, or the shell ends.
            }
        }
    }
}
