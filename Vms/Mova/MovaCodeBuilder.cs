namespace Granary.Vms.Mova;

/// <summary>Collects instructions and keeps to the limit of code size.</summary>
internal sealed class MovaCodeBuilder(VmLimits limits)
{
    private readonly List<MovaInstruction> _instructions = [];

    /// <summary>The index of the instruction that is added next.</summary>
    public int Count => _instructions.Count;

    public void Add(MovaInstruction instruction, MovaPlace at)
    {
        if ((Count + 1L) * MovaOpcodes.InstructionBytes > limits.CodeBytesMax)
        {
            throw at.Error($"The code grows over its limit of {limits.CodeBytesMax} bytes here.");
        }
        _instructions.Add(instruction);
    }

    public byte[] ToArray()
    {
        byte[] code = new byte[Count * MovaOpcodes.InstructionBytes];
        for (int i = 0; i < Count; i++)
        {
            _instructions[i].Write(code.AsSpan(i * MovaOpcodes.InstructionBytes));
        }
        return code;
    }
}
