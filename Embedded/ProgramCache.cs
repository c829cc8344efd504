using System.Collections.Concurrent;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>Loaded programs, one for each code hash, kept while a kernel in memory uses them.</summary>
internal sealed class ProgramCache(VmEngines engines, IKernelStore store) : IProgramSource
{
    /// <summary>No limit of a kernel may be above it, whatever a bundle says.</summary>
    private const int LimitMax = 1 << 28;

    /// <summary>Code that was fetched and may be loaded soon is kept up to so many bytes.</summary>
    private const long CodeBytesMax = 8 << 20;

    private readonly ConcurrentDictionary<(EngineId, Hash, VmLimits), WeakReference<IVmProgram>> _programs = new();
    private readonly ConcurrentDictionary<Hash, ReadOnlyMemory<byte>> _code = new();
    private long _codeBytes;

    public VmEngines Engines => engines;

    /// <summary>
    /// Loads a program so that <see cref="Get"/> has it; the caller holds on to the result until then.
    /// </summary>
    /// <exception cref="ProgramUnavailableException">This binary lacks the engine, or the store the code.</exception>
    public async Task<IVmProgram> LoadAsync(
        EngineId engine, Hash codeHash, VmLimits limits, CancellationToken cancellationToken)
    {
        if (TryGet((engine, codeHash, limits)) is { } cached)
        {
            return cached;
        }
        IVmEngine found = engines.Find(engine) ?? throw new ProgramUnavailableException(
            $"this binary has no engine '{engine}' (it has {string.Join(", ", engines.All.Select(e => e.Id))})");
        ReadOnlyMemory<byte> code = await GetCodeAsync(codeHash, cancellationToken).ConfigureAwait(false);
        if (Hash.Of(code.Span) != codeHash)
        {
            throw new ProgramUnavailableException($"the code in the store is not that of hash {codeHash}");
        }
        return Add(found, code, codeHash, limits);
    }

    /// <summary>Loads code that is at hand.</summary>
    /// <exception cref="InvalidCodeException">The engine refuses it.</exception>
    public IVmProgram Add(IVmEngine engine, ReadOnlyMemory<byte> code, in Hash codeHash, VmLimits limits)
    {
        IVmProgram program = engine.Load(code, limits);
        _programs[(engine.Id, codeHash, limits)] = new WeakReference<IVmProgram>(program);
        return program;
    }

    /// <summary>
    /// Brings a kernel's code near before the kernel is restored, without holding a thread: the store may be far away.
    /// </summary>
    /// <param name="limits">Those that the kernel probably has.</param>
    public async Task FetchAsync(EngineId engine, Hash codeHash, VmLimits limits)
    {
        if (TryGet((engine, codeHash, limits)) is null && engines.Find(engine) is not null)
        {
            await GetCodeAsync(codeHash, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <remarks>
    /// Usually the program is there, or its code (<see cref="FetchAsync"/>). When neither is, because the kernel goes
    /// back to another program, this thread waits for the store.
    /// </remarks>
    public IVmProgram Get(EngineId engine, in Hash codeHash, VmLimits limits)
    {
        if (TryGet((engine, codeHash, limits)) is { } cached)
        {
            return cached;
        }
        if (limits.StackSlotsMax > LimitMax || limits.ValueBytesMax > LimitMax || limits.PayloadBytesMax > LimitMax
            || limits.CodeBytesMax > LimitMax || limits.KeyBytesMax > LimitMax || limits.NameBytesMax > LimitMax)
        {
            throw new ProgramUnavailableException($"its limits are beyond the {LimitMax} of this binary");
        }
        return LoadAsync(engine, codeHash, limits, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Forgets programs that no kernel uses any more.</summary>
    public void Trim()
    {
        foreach (((EngineId, Hash, VmLimits) key, WeakReference<IVmProgram> program) in _programs)
        {
            if (!program.TryGetTarget(out _))
            {
                _programs.TryRemove(new KeyValuePair<(EngineId, Hash, VmLimits), WeakReference<IVmProgram>>(key,
                    program));
            }
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> GetCodeAsync(Hash codeHash, CancellationToken cancellationToken)
    {
        if (_code.TryGetValue(codeHash, out ReadOnlyMemory<byte> near))
        {
            return near;
        }
        ReadOnlyMemory<byte> code = await store.GetCodeAsync(codeHash, cancellationToken).ConfigureAwait(false)
            ?? throw new ProgramUnavailableException($"the store lacks the code {codeHash}");
        if (Interlocked.Add(ref _codeBytes, code.Length) > CodeBytesMax)
        {
            _code.Clear();
            Interlocked.Exchange(ref _codeBytes, code.Length);
        }
        _code[codeHash] = code;
        return code;
    }

    private IVmProgram? TryGet((EngineId, Hash, VmLimits) key) =>
        _programs.TryGetValue(key, out WeakReference<IVmProgram>? weak) && weak.TryGetTarget(out IVmProgram? program)
            ? program
            : null;
}
