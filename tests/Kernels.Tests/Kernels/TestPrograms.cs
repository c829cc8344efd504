using Granary.Vms;
using Granary.Vms.Mova;
using Granary.Vms.Script;

namespace Granary.Kernels.Tests;

/// <summary>Programs by hash, in memory.</summary>
internal sealed class TestPrograms : IProgramSource
{
    private readonly Dictionary<(EngineId, Hash), byte[]> _code = [];

    public static VmEngines Engines { get; } = new(new ScriptEngine(), new MovaEngine(), new PagedEngine());

    public (EngineId Engine, Hash CodeHash) AddScript(string source) => Add(".gscript", source);

    public (EngineId Engine, Hash CodeHash) AddMova(string source) => Add(".movasm", source);

    public (EngineId Engine, Hash CodeHash) AddCode(EngineId engine, byte[] code)
    {
        Hash hash = Hash.Of(code);
        _code[(engine, hash)] = code;
        return (engine, hash);
    }

    public IVmProgram Get(EngineId engine, in Hash codeHash, VmLimits limits) =>
        _code.TryGetValue((engine, codeHash), out byte[]? code)
            ? Engines.Find(engine)!.Load(code, limits)
            : throw new ProgramUnavailableException($"There is no code {codeHash} for {engine}.");

    private (EngineId Engine, Hash CodeHash) Add(string extension, string source)
    {
        (IVmEngine engine, IVmLanguage language) = Engines.FindLanguage(extension)!.Value;
        return AddCode(engine.Id, language.Compile(source, VmLimits.Default));
    }
}
