namespace Granary.Vms.Evm;

/// <summary>What is known of one instruction.</summary>
/// <param name="Needs">Words that must be on the stack.</param>
/// <param name="Change">By how many words the stack grows or shrinks.</param>
/// <param name="Gas">The price that does not depend on operands, in the first revision that has it.</param>
/// <param name="Immediate">Bytes of the code behind the opcode that belong to it.</param>
/// <param name="Since">The first revision that has it.</param>
internal sealed record EvmOpcodeRow(
    EvmOp Op, string Name, int Needs, int Change, int Gas, int Immediate = 0,
    EvmRevision Since = EvmRevision.Frontier);
