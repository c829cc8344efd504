namespace Granary.Vms.Nock;

/// <summary>Nock: no registers and no memory, only nouns; and transactions for Anoma's executor.</summary>
public sealed class NockEngine : IVmEngine, IVmTracer
{
    public EngineId Id { get; } = new("nock", 1);

    public string Summary => "Nock gates on nouns, kicked with a sample or run as an executor's transaction.";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new NockLanguage()];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        if (code.Length > limits.CodeBytesMax)
        {
            throw new InvalidCodeException(
                $"The code has {code.Length} bytes; the limit is {limits.CodeBytesMax}.", "");
        }
        try
        {
            return new NockProgram(NounJam.Cue(code.Span), limits);
        }
        catch (NounFormatException wrong)
        {
            throw new InvalidCodeException($"The code is no jammed noun: {wrong.Message}", $"bit {wrong.Position}");
        }
    }

    public string Disassemble(ReadOnlyMemory<byte> code) => NockDisassembler.Disassemble(code.Span);

    public string Describe(ISnapshotSource snapshot) => NockSnapshot.Describe(snapshot);

    public VmStep? Look(IVmContainer machine) => ((NockContainer)machine).Look();
}
