using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>Programs by hash, loaded once for all runs: they are immutable.</summary>
internal sealed class SimPrograms(VmEngines engines) : IProgramSource
{
    private readonly Dictionary<(EngineId, Hash), byte[]> _code = [];
    private readonly Dictionary<(EngineId, Hash, VmLimits), IVmProgram> _programs = [];
    private readonly Dictionary<(string Language, string Source), SimProgram> _compiled = [];

    /// <summary>Compiles source text of a language, for example <c>.gscript</c>.</summary>
    /// <exception cref="ArgumentException">No engine has the language.</exception>
    public SimProgram Compile(string extension, string source)
    {
        if (!_compiled.TryGetValue((extension, source), out SimProgram? program))
        {
            (IVmEngine engine, IVmLanguage language) = engines.FindLanguage(extension)
                ?? throw new ArgumentException($"No engine compiles '{extension}'.", nameof(extension));
            program = Add(engine.Id, language.Compile(source, VmLimits.Default));
            _compiled.Add((extension, source), program);
        }
        return program;
    }

    public SimProgram Add(EngineId engine, byte[] code)
    {
        Hash hash = Hash.Of(code);
        _code[(engine, hash)] = code;
        return new SimProgram(engine, hash, code);
    }

    public IVmProgram Get(EngineId engine, in Hash codeHash, VmLimits limits)
    {
        if (_programs.TryGetValue((engine, codeHash, limits), out IVmProgram? program))
        {
            return program;
        }
        if (!_code.TryGetValue((engine, codeHash), out byte[]? code) || engines.Find(engine) is not { } found)
        {
            throw new ProgramUnavailableException($"there is no code {codeHash} of {engine}");
        }
        program = found.Load(code, limits);
        _programs.Add((engine, codeHash, limits), program);
        return program;
    }
}
