using System.Collections.Frozen;

namespace Granary.Vms;

/// <summary>The registry: which engines this binary has.</summary>
public sealed class VmEngines
{
    private readonly FrozenDictionary<string, IVmEngine> _byId;
    private readonly FrozenDictionary<string, (IVmEngine Engine, IVmLanguage Language)> _byExtension;

    public VmEngines(params IReadOnlyList<IVmEngine> engines)
    {
        All = engines;
        _byId = engines.ToFrozenDictionary(e => e.Id.ToString(), StringComparer.Ordinal);
        _byExtension = engines.SelectMany(e => e.Languages.Select(l => (Engine: e, Language: l)))
            .ToFrozenDictionary(p => p.Language.FileExtension, StringComparer.Ordinal);
    }

    /// <summary>All engines, in the order of registration.</summary>
    public IReadOnlyList<IVmEngine> All { get; }

    /// <summary>The engine of exactly that name and version, or null.</summary>
    public IVmEngine? Find(EngineId id) => _byId.GetValueOrDefault(id.ToString());

    /// <summary>The newest engine of that name, or null.</summary>
    public IVmEngine? FindNewest(string name) =>
        All.Where(e => e.Id.Name == name).MaxBy(e => e.Id.Version);

    /// <summary>The engine and language of a file name ending such as <c>.mova</c>, or null.</summary>
    public (IVmEngine Engine, IVmLanguage Language)? FindLanguage(string extension) =>
        _byExtension.TryGetValue(extension, out (IVmEngine Engine, IVmLanguage Language) found) ? found : null;
}
