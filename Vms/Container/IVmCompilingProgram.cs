namespace Granary.Vms;

/// <summary>
/// A program that runs faster when the host gives it time to compile. Nothing but speed depends on it: results, gas and
/// saved bytes are the same whether and whenever it is called.
/// </summary>
public interface IVmCompilingProgram : IVmProgram
{
    /// <summary>There is something worth compiling. Cheap to ask after every slice.</summary>
    bool WantsCompiling { get; }

    /// <summary>
    /// Compiles on the caller's thread, for about <paramref name="budgetMicroseconds"/>, while machines of this program
    /// may
    /// run on other threads.
    /// </summary>
    void CompileMore(int budgetMicroseconds);
}
