using System.Runtime.CompilerServices;
using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <content>
/// The fused sequences. What they do is the reference's, step by step: where registers coincide it is not always what
/// the single instructions would have done.
/// </content>
internal static partial class RiscVInstructions
{
    private static void ExecuteFused(ref ulong x, in RiscVInstruction i)
    {
        ref ulong rd = ref Unsafe.Add(ref x, i.Rd);
        ref ulong rs1 = ref Unsafe.Add(ref x, i.Rs1);
        ref ulong rs2 = ref Unsafe.Add(ref x, i.Rs2);
        ref ulong rs3 = ref Unsafe.Add(ref x, i.Rs3);
        ulong a = rs1;
        ulong b = rs2;
        switch (i.Op)
        {
            case WideMul:
                rd = MultiplyHighSigned(a, b);
                rs3 = a * b;
                break;
            case WideMulu:
                rd = Math.BigMul(a, b, out _);
                rs3 = a * b;
                break;
            case WideMulsu:
                rd = MultiplyHighSignedUnsigned(a, b);
                rs3 = a * b;
                break;
            case WideDiv:
                rd = Divide(a, b);
                rs3 = Remainder(a, b);
                break;
            case WideDivu:
                rd = DivideUnsigned(a, b);
                rs3 = RemainderUnsigned(a, b);
                break;
            case Adc:
                rd += rs1;
                rs1 = rd < rs1 ? 1UL : 0;
                rd += rs2;
                rs2 = rd < rs2 ? 1UL : 0;
                rs1 |= rs2;
                break;
            case Sbb:
                rs1 = rd - rs1;
                rs3 = rd < rs1 ? 1UL : 0;
                rd = rs1 - rs2;
                rs2 = rs1 < rd ? 1UL : 0;
                rs1 = rs2 | rs3;
                break;
            case Adcs:
                rd = a + b;
                rs3 = a + b < a ? 1UL : 0;
                break;
            case Sbbs:
                rd = a - b;
                rs3 = a < b ? 1UL : 0;
                break;
            case Add3A:
                rd += rs1;
                rs2 = rd < rs1 ? 1UL : 0;
                rs3 = rs2 + Unsafe.Add(ref x, i.Rs4);
                break;
            case Add3B:
                rd = rs1 + rs2;
                rs1 = rd < rs1 ? 1UL : 0;
                rs3 = rs1 + Unsafe.Add(ref x, i.Rs4);
                break;
            case Add3C:
                rd = rs1 + rs2;
                rs3 = (rd < rs1 ? 1UL : 0) + Unsafe.Add(ref x, i.Rs4);
                break;
            default:
                throw new InvalidOperationException($"{i.Op} is no fused instruction.");
        }
    }
}
