namespace Granary.Vms;

/// <summary>A virtual machine that Granary can run. Engines are stateless and never import each other.</summary>
public interface IVmEngine
{
    /// <summary>Name and semantic version; stored with every kernel.</summary>
    EngineId Id { get; }

    /// <summary>One line for <c>granary engines</c>.</summary>
    string Summary { get; }

    /// <summary>
    /// The texts that can be turned into code for this engine; empty when code comes from other tools.
    /// </summary>
    IReadOnlyList<IVmLanguage> Languages { get; }

    /// <summary>Decodes and checks code.</summary>
    /// <exception cref="InvalidCodeException">The code is malformed or over a limit; says what and where.</exception>
    IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits);

    /// <summary>
    /// The code as text for people, one instruction a line. Never throws: bad places are shown as data.
    /// </summary>
    string Disassemble(ReadOnlyMemory<byte> code);

    /// <summary>A saved machine as text for people (registers, stack, position), one item a line.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is not one of this engine's.</exception>
    string Describe(ISnapshotSource snapshot);
}
