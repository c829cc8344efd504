namespace Granary.Vms;

/// <summary>What an engine adds to look inside its machines: for debuggers, never for running.</summary>
public interface IVmInspector
{
    /// <summary>The address of the next instruction of one of this engine's machines.</summary>
    long Position(IVmContainer machine);

    /// <summary>The instruction at an address as text, in one line without its end.</summary>
    string Instruction(ReadOnlyMemory<byte> code, long position);

    /// <summary>Names of addresses, from a file that the engine's tools write beside the code.</summary>
    /// <exception cref="SourceException">The text is none of the forms that the engine knows.</exception>
    VmSymbols ReadSymbols(string text);
}
