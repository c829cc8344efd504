namespace Granary.Vms.Evm;

internal static partial class EvmInterpreter
{
    /// <summary>An instruction whose price of the table is paid. It moves the height, never the program counter.
    /// </summary>
    private static EvmSignal RunRare(ref EvmRun run, EvmOp op)
    {
        switch (op)
        {
            case EvmOp.Stop:
                return EvmCalls.EndWell(ref run, EvmWord.Zero, EvmWord.Zero);
            case EvmOp.Exp:
                return EvmInstructions.Exp(ref run);
            case EvmOp.Keccak256:
                return EvmInstructions.Keccak256(ref run);
            case EvmOp.MLoad:
                return EvmInstructions.MLoad(ref run);
            case EvmOp.MStore:
                return EvmInstructions.MStore(ref run);
            case EvmOp.MStore8:
                return EvmInstructions.MStore8(ref run);
            case EvmOp.MCopy:
                return EvmInstructions.MCopy(ref run);
            case EvmOp.CallDataCopy:
                return EvmInstructions.CallDataCopy(ref run);
            case EvmOp.CodeCopy:
                return EvmInstructions.CodeCopy(ref run);
            case EvmOp.ReturnDataCopy:
                return EvmInstructions.ReturnDataCopy(ref run);
            case EvmOp.ExtCodeCopy:
                return EvmInstructions.ExtCodeCopy(ref run);
            case EvmOp.SLoad:
                return EvmInstructions.SLoad(ref run);
            case EvmOp.SStore:
                return EvmInstructions.SStore(ref run);
            case EvmOp.TLoad:
                return EvmInstructions.TLoad(ref run);
            case EvmOp.TStore:
                return EvmInstructions.TStore(ref run);
            case >= EvmOp.Log0 and <= EvmOp.Log4:
                return EvmInstructions.Log(ref run, op - EvmOp.Log0);
            case EvmOp.Return:
                return EvmCalls.EndWell(ref run, run.Peek(), run.Peek(1));
            case EvmOp.Revert:
                return EvmCalls.EndReverted(ref run);
            case EvmOp.SelfDestruct:
                return EvmCalls.SelfDestruct(ref run);
            case EvmOp.Create or EvmOp.Create2:
                return EvmCreation.Create(ref run, op);
            case EvmOp.Call or EvmOp.CallCode or EvmOp.DelegateCall or EvmOp.StaticCall:
                return EvmCalls.Call(ref run, op);
            default:
                return EvmInstructions.Environment(ref run, op);
        }
    }
}
