using System.Numerics;
using System.Runtime.CompilerServices;
using Op = Granary.Vms.Mcs51.Mcs51FastOp;

namespace Granary.Vms.Mcs51;

/// <summary>The fast loop: everything that has no side effects outside of the processor.</summary>
internal static class Mcs51Interpreter
{
    /// <summary>
    /// Runs while the allowance covers the next instruction, and stops in front of <see cref="Op.Slow"/>. Never does
    /// half an instruction.
    /// </summary>
    /// <returns>The steps or cycles spent.</returns>
    public static long Sprint(Mcs51Program program, Mcs51State state, long allowance) =>
        Sprint(program.Instructions, program.Rom.Span, program.Variant, state, allowance);

    public static long Sprint(Mcs51Instruction[] code, ReadOnlySpan<byte> rom, Mcs51Variant variant, Mcs51State state,
        long allowance) =>
        variant == Mcs51Variant.Stock
            ? Sprint<StockRules>(code, rom, state, allowance)
            : Sprint<DacrsRules>(code, rom, state, allowance);

    private const Op FirstThatWritesA = Op.RrA;

    /// <summary>A constant for the compiler, so that each variant gets a loop of its own.</summary>
    private interface IRules
    {
        static abstract bool IsStock { get; }
    }

    private readonly struct StockRules : IRules
    {
        public static bool IsStock => true;
    }

    private readonly struct DacrsRules : IRules
    {
        public static bool IsStock => false;
    }

    // One switch over locals: the accumulator and the carry live in registers of the host, the carry and the parity in
    // memory are stale until the loop ends. The parity is worked out at the end; the contract machine's follows only
    // what was written through the accumulator, which "settled" tells.
    private static long Sprint<TRules>(
        Mcs51Instruction[] code, ReadOnlySpan<byte> rom, Mcs51State state, long allowance)
        where TRules : struct, IRules
    {
        byte[] chip = state.Chip;
        byte[] xdata = state.Xdata;
        long left = allowance;
        int pc = state.Pc;
        int a = chip[Mcs51Registers.Acc];
        int carry = chip[Mcs51Registers.Psw] >> 7;
        int bank = TRules.IsStock ? chip[Mcs51Registers.Psw] & Mcs51Registers.PswBank : 0;
        bool settled = true;
    run:
        while ((uint)pc < (uint)code.Length)
        {
            Mcs51Instruction i = code[pc];
            left -= i.Cost;
            if (left < 0)
            {
                left += i.Cost;
                break;
            }
            settled &= TRules.IsStock || i.Op < FirstThatWritesA;
            int at = pc;
            pc = i.Next;
            switch (i.Op)
            {
                default:
                    left += i.Cost;
                    pc = at;
                    goto stop;
                case Op.Nop: break;
                case Op.Jump: pc = i.Target; break;
                case Op.Call: Push(chip, (byte)pc); Push(chip, (byte)(pc >> 8)); pc = i.Target; break;
                case Op.Ret: pc = Pop(chip) << 8; pc |= Pop(chip); break;
                case Op.JumpADptr: pc = (Dptr(chip) + a) & 0xFFFF; break;
                case Op.Jc: pc = carry != 0 ? i.Target : pc; break;
                case Op.Jnc: pc = carry == 0 ? i.Target : pc; break;
                case Op.Jz: if (a == 0) { pc = i.Target; } break;
                case Op.Jnz: if (a != 0) { pc = i.Target; } break;
                case Op.Jb: if ((chip[i.A] & i.B) != 0) { pc = i.Target; } break;
                case Op.Jnb: if ((chip[i.A] & i.B) == 0) { pc = i.Target; } break;
                case Op.JbAcc: if ((a & i.B) != 0) { pc = i.Target; } break;
                case Op.JnbAcc: if ((a & i.B) == 0) { pc = i.Target; } break;
                case Op.Jbc: if ((chip[i.A] & i.B) != 0) { chip[i.A] &= (byte)~i.B; pc = i.Target; } break;
                case Op.CjneAImm: carry = a < i.B ? 1 : 0; if (a != i.B) { pc = i.Target; } break;
                case Op.CjneAMem: carry = a < chip[i.A] ? 1 : 0; if (a != chip[i.A]) { pc = i.Target; } break;
                case Op.CjneRImm:
                    carry = chip[bank + i.A] < i.B ? 1 : 0;
                    if (chip[bank + i.A] != i.B)
                    {
                        pc = i.Target;
                    }
                    break;
                case Op.CjneAtImm:
                    carry = chip[At(chip, bank + i.A)] < i.B ? 1 : 0;
                    if (chip[At(chip, bank + i.A)] != i.B)
                    {
                        pc = i.Target;
                    }
                    break;
                case Op.DjnzR: if (--chip[bank + i.A] != 0) { pc = i.Target; } break;
                case Op.DjnzMem: if (--chip[i.A] != 0) { pc = i.Target; } break;
                case Op.RrA: a = (a >> 1) | ((a & 1) << 7); break;
                case Op.RrcA: int low = a & 1; a = (a >> 1) | (carry << 7); carry = low; break;
                case Op.RlA: a = ((a << 1) & 0xFF) | (a >> 7); break;
                case Op.RlcA: int high = a >> 7; a = ((a << 1) & 0xFF) | carry; carry = high; break;
                case Op.SwapA: a = ((a << 4) & 0xFF) | (a >> 4); break;
                case Op.DaA:
                    byte psw = (byte)((chip[Mcs51Registers.Psw] & ~Mcs51Registers.PswCy) | (carry << 7));
                    a = Mcs51Instructions.DecimalAdjust(a, (psw & Mcs51Registers.PswAc) != 0, TRules.IsStock, ref psw);
                    carry = psw >> 7;
                    break;
                case Op.CplA: a ^= 0xFF; break;
                case Op.ClrA: a = 0; break;
                case Op.IncA: a = (a + 1) & 0xFF; break;
                case Op.DecA: a = (a - 1) & 0xFF; break;
                case Op.MulAB:
                    int product = a * chip[Mcs51Registers.B];
                    chip[Mcs51Registers.B] = (byte)(product >> 8);
                    chip[Mcs51Registers.Psw] = (byte)((chip[Mcs51Registers.Psw] & ~Mcs51Registers.PswOv)
                        | (product > 0xFF ? Mcs51Registers.PswOv : 0));
                    a = product & 0xFF;
                    carry = TRules.IsStock ? 0 : carry;
                    break;
                case Op.DivAB:
                    carry = 0;
                    settled &= chip[Mcs51Registers.B] == 0; // A division by zero leaves A unwritten.
                    a = Divide(chip, a);
                    break;
                case Op.IncMem: chip[i.A]++; break;
                case Op.IncR: chip[bank + i.A]++; break;
                case Op.IncAt: chip[At(chip, bank + i.A)]++; break;
                case Op.DecMem: chip[i.A]--; break;
                case Op.DecR: chip[bank + i.A]--; break;
                case Op.DecAt: chip[At(chip, bank + i.A)]--; break;
                case Op.IncDptr: SetDptr(chip, Dptr(chip) + 1); break;
                case Op.AddImm: a = Add(chip, a, i.B, 0, ref carry); break;
                case Op.AddMem: a = Add(chip, a, chip[i.A], 0, ref carry); break;
                case Op.AddR: a = Add(chip, a, chip[bank + i.A], 0, ref carry); break;
                case Op.AddAt: a = Add(chip, a, chip[At(chip, bank + i.A)], 0, ref carry); break;
                case Op.AddcImm: a = Add(chip, a, i.B, carry, ref carry); break;
                case Op.AddcMem: a = Add(chip, a, chip[i.A], carry, ref carry); break;
                case Op.AddcR: a = Add(chip, a, chip[bank + i.A], carry, ref carry); break;
                case Op.AddcAt: a = Add(chip, a, chip[At(chip, bank + i.A)], carry, ref carry); break;
                case Op.SubbImm: a = Subtract(chip, a, i.B, ref carry); break;
                case Op.SubbMem: a = Subtract(chip, a, chip[i.A], ref carry); break;
                case Op.SubbR: a = Subtract(chip, a, chip[bank + i.A], ref carry); break;
                case Op.SubbAt: a = Subtract(chip, a, chip[At(chip, bank + i.A)], ref carry); break;
                case Op.OrlImm: a |= i.B; break;
                case Op.OrlMem: a |= chip[i.A]; break;
                case Op.OrlR: a |= chip[bank + i.A]; break;
                case Op.OrlAt: a |= chip[At(chip, bank + i.A)]; break;
                case Op.AnlImm: a &= i.B; break;
                case Op.AnlMem: a &= chip[i.A]; break;
                case Op.AnlR: a &= chip[bank + i.A]; break;
                case Op.AnlAt: a &= chip[At(chip, bank + i.A)]; break;
                case Op.XrlImm: a ^= i.B; break;
                case Op.XrlMem: a ^= chip[i.A]; break;
                case Op.XrlR: a ^= chip[bank + i.A]; break;
                case Op.XrlAt: a ^= chip[At(chip, bank + i.A)]; break;
                case Op.OrlMemA: chip[i.A] |= (byte)a; break;
                case Op.OrlMemImm: chip[i.A] |= i.B; break;
                case Op.AnlMemA: chip[i.A] &= (byte)a; break;
                case Op.AnlMemImm: chip[i.A] &= i.B; break;
                case Op.XrlMemA: chip[i.A] ^= (byte)a; break;
                case Op.XrlMemImm: chip[i.A] ^= i.B; break;
                case Op.MovAImm: a = i.B; break;
                case Op.MovAMem: a = chip[i.A]; break;
                case Op.MovAR: a = chip[bank + i.A]; break;
                case Op.MovAAt: a = chip[At(chip, bank + i.A)]; break;
                case Op.MovMemA: chip[i.A] = (byte)a; break;
                case Op.MovRA: chip[bank + i.A] = (byte)a; break;
                case Op.MovAtA: chip[At(chip, bank + i.A)] = (byte)a; break;
                case Op.MovMemImm: chip[i.A] = i.B; break;
                case Op.MovRImm: chip[bank + i.A] = i.B; break;
                case Op.MovAtImm: chip[At(chip, bank + i.A)] = i.B; break;
                case Op.MovMemMem: chip[i.A] = chip[i.B]; break;
                case Op.MovMemR: chip[i.B] = chip[bank + i.A]; break;
                case Op.MovMemAt: chip[i.B] = chip[At(chip, bank + i.A)]; break;
                case Op.MovRMem: chip[bank + i.A] = chip[i.B]; break;
                case Op.MovAtMem: chip[At(chip, bank + i.A)] = chip[i.B]; break;
                case Op.MovDptr: SetDptr(chip, i.Target); break;
                case Op.MovcPc: a = CodeAt<TRules>(rom, pc + a); break;
                case Op.MovcDptr: a = CodeAt<TRules>(rom, Dptr(chip) + a); break;
                case Op.MovxADptr: a = xdata[Dptr(chip)]; break;
                case Op.MovxDptrA: xdata[Dptr(chip)] = (byte)a; break;
                case Op.MovxAAt: a = xdata[Page<TRules>(chip) | chip[bank + i.A]]; break;
                case Op.MovxAtA: xdata[Page<TRules>(chip) | chip[bank + i.A]] = (byte)a; break;
                case Op.XchMem: (a, chip[i.A]) = (chip[i.A], (byte)a); break;
                case Op.XchR: (a, chip[bank + i.A]) = (chip[bank + i.A], (byte)a); break;
                case Op.XchAt:
                    int swapped = chip[At(chip, bank + i.A)];
                    chip[At(chip, bank + i.A)] = (byte)a;
                    a = swapped;
                    break;
                case Op.XchdAt:
                    int digits = chip[At(chip, bank + i.A)];
                    chip[At(chip, bank + i.A)] = (byte)((digits & 0xF0) | (a & 0x0F));
                    a = (a & 0xF0) | (digits & 0x0F);
                    break;
                case Op.PushMem: Push(chip, chip[i.A]); break;
                case Op.PushAcc: Push(chip, (byte)a); break;
                case Op.PopMem: chip[i.A] = Pop(chip); break;
                case Op.PopAcc:
                    if (!TRules.IsStock && !settled)
                    {
                        SettleParity(chip, a);
                        settled = true;
                    }
                    a = Pop(chip);
                    break;
                case Op.SetbC: carry = 1; break;
                case Op.ClrC: carry = 0; break;
                case Op.CplC: carry ^= 1; break;
                case Op.SetbBit: chip[i.A] |= i.B; break;
                case Op.ClrBit: chip[i.A] &= (byte)~i.B; break;
                case Op.CplBit: chip[i.A] ^= i.B; break;
                case Op.MovCBit: carry = (chip[i.A] & i.B) != 0 ? 1 : 0; break;
                case Op.MovCAcc: carry = (a & i.B) != 0 ? 1 : 0; break;
                case Op.MovBitC: chip[i.A] = (byte)(carry != 0 ? chip[i.A] | i.B : chip[i.A] & ~i.B); break;
                case Op.OrlCBit: carry |= (chip[i.A] & i.B) != 0 ? 1 : 0; break;
                case Op.OrlCNotBit: carry |= (chip[i.A] & i.B) == 0 ? 1 : 0; break;
                case Op.AnlCBit: carry &= (chip[i.A] & i.B) != 0 ? 1 : 0; break;
                case Op.AnlCNotBit: carry &= (chip[i.A] & i.B) == 0 ? 1 : 0; break;
            }
        }
        if (pc >= code.Length)
        {
            // Beyond the image there are only NOPs, of one cycle or step each, up to where the counter wraps.
            int nops = (int)Math.Min(left, Mcs51Decoder.CodeBytesMax - pc);
            left -= nops;
            pc = (pc + nops) & 0xFFFF;
            if (pc == 0)
            {
                goto run;
            }
        }
    stop:
        state.Pc = pc;
        chip[Mcs51Registers.Acc] = (byte)a;
        chip[Mcs51Registers.Psw] = (byte)((chip[Mcs51Registers.Psw] & ~Mcs51Registers.PswCy) | (carry << 7));
        if (TRules.IsStock || !settled)
        {
            SettleParity(chip, a);
        }
        return allowance - left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int At(byte[] chip, int register) => Mcs51State.Indirect(chip[register]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Dptr(byte[] chip) => chip[Mcs51Registers.Dpl] | (chip[Mcs51Registers.Dph] << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetDptr(byte[] chip, int value)
    {
        chip[Mcs51Registers.Dpl] = (byte)value;
        chip[Mcs51Registers.Dph] = (byte)(value >> 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Page<TRules>(byte[] chip) where TRules : struct, IRules =>
        TRules.IsStock ? chip[Mcs51Registers.P2] << 8 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CodeAt<TRules>(ReadOnlySpan<byte> rom, int address) where TRules : struct, IRules
    {
        address = TRules.IsStock ? address & 0xFFFF : address;
        return (uint)address < (uint)rom.Length ? rom[address] : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Push(byte[] chip, byte value) =>
        chip[Mcs51State.Indirect(++chip[Mcs51Registers.Sp])] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Pop(byte[] chip) => chip[Mcs51State.Indirect(chip[Mcs51Registers.Sp]--)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add(byte[] chip, int left, int right, int carryIn, ref int carry)
    {
        int sum = left + right + carryIn;
        int half = ((left ^ right ^ sum) & 0x10) << 2;
        int overflow = ((left ^ sum) & (right ^ sum) & 0x80) >> 5;
        const int flags = Mcs51Registers.PswAc | Mcs51Registers.PswOv;
        chip[Mcs51Registers.Psw] = (byte)((chip[Mcs51Registers.Psw] & ~flags) | half | overflow);
        carry = sum >> 8;
        return sum & 0xFF;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Subtract(byte[] chip, int left, int right, ref int carry)
    {
        int difference = left - right - carry;
        int half = ((left ^ right ^ difference) & 0x10) << 2;
        int overflow = ((left ^ right) & (left ^ difference) & 0x80) >> 5;
        const int flags = Mcs51Registers.PswAc | Mcs51Registers.PswOv;
        chip[Mcs51Registers.Psw] = (byte)((chip[Mcs51Registers.Psw] & ~flags) | half | overflow);
        carry = (difference >> 8) & 1;
        return difference & 0xFF;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Divide(byte[] chip, int a)
    {
        int divisor = chip[Mcs51Registers.B];
        if (divisor == 0)
        {
            chip[Mcs51Registers.Psw] |= Mcs51Registers.PswOv;
            return a;
        }
        chip[Mcs51Registers.Psw] &= 0xFF & ~Mcs51Registers.PswOv;
        (int quotient, int rest) = int.DivRem(a, divisor);
        chip[Mcs51Registers.B] = (byte)rest;
        return quotient;
    }

    private static void SettleParity(byte[] chip, int a) =>
        chip[Mcs51Registers.Psw] = (byte)((chip[Mcs51Registers.Psw] & ~Mcs51Registers.PswP)
            | (BitOperations.PopCount((uint)a) & 1));
}
