namespace Granary.Vms;

/// <summary>A machine before an instruction.</summary>
/// <param name="Depth">How many calls within the machine are under way; 1 for the outermost.</param>
/// <param name="Position">The address of the instruction, as the engine counts.</param>
/// <param name="Instruction">As its disassembler writes it.</param>
/// <param name="Values">Registers, stack and whatever else the engine shows, by name.</param>
public sealed record VmStep(
    int Depth, long Position, string Instruction, IReadOnlyList<KeyValuePair<string, string>> Values);
