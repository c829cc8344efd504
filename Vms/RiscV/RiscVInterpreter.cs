using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <summary>
/// The loop: one switch over decoded instructions, state in locals, cycles checked once a basic block. Where the budget
/// does not cover a block it stops in front of it, and the caller goes on instruction by instruction; so a run ends at
/// the same instruction however it is cut.
/// </summary>
/// <remarks>
/// Registers and slots are reached without bounds checks: register numbers come from our decoder (0 to 32), steps
/// between slots stay inside the page because the decoder made them so and every page ends with PageEnd slots. Memory
/// is checked against its size in each access. Figures are in docs/benchmarks.md. Rare and long instructions are in
/// <see cref="RiscVInstructions"/>: beyond a certain size a method is compiled without optimisation.
/// </remarks>
internal static class RiscVInterpreter
{
    /// <summary>Bytes of code that a slot stands for, in terms of the bytes of a slot.</summary>
    private const int SlotBytesPerCodeByte = 8;

    /// <summary>Runs until one of the stops; takes the cycles of what ran from the budget.</summary>
    public static RiscVStop Run<TPace>(RiscVHart hart, ref long budgetCycles)
        where TPace : struct, IRiscVPace
    {
        RiscVMemory memory = hart.Memory;
        ref ulong x = ref MemoryMarshal.GetArrayDataReference(hart.X);
        ref byte bytes = ref MemoryMarshal.GetArrayDataReference(memory.Bytes);
        ref RiscVPage states = ref MemoryMarshal.GetArrayDataReference(memory.Pages);
        ulong loadTop = memory.LoadTop;
        ulong pageCount = (ulong)memory.Pages.Length;
        RiscVCodePage?[] codePages = hart.Code.Pages;
        long budget = budgetCycles;
        ulong pc = hart.Pc;
        ulong address;
        int step;
        RiscVFault fault;
        RiscVStop stop;

    NewPage:
        ulong codeSlot = (pc >> (RiscVMemory.PageShift - 1) & ~1UL) | (pc & 1);
        RiscVCodePage? page = codeSlot < (ulong)codePages.Length ? codePages[codeSlot] : null;
        page ??= hart.Code.Find(pc);
        if (page is null)
        {
            stop = RiscVStop.Fault;
            goto Done;
        }
        ref RiscVInstruction first = ref MemoryMarshal.GetArrayDataReference(page.Slots);
        ulong start = page.Start;
        ref RiscVInstruction ip = ref Unsafe.Add(ref first, (nint)((pc - start) / 2));
        if (TPace.IsSingle)
        {
            goto Execute;
        }

        goto NewBlock;

    Step:
        ip = ref Unsafe.Add(ref ip, step);
    NewBlock:
        if (TPace.IsSingle)
        {
            stop = RiscVStop.Budget;
            goto AtSlot;
        }
        budget -= ip.BlockCycles;
        if (budget < 0)
        {
            budget += ip.BlockCycles;
            stop = RiscVStop.Budget;
            goto AtSlot;
        }

    Execute:
        switch (ip.Op)
        {
            case LoadImm:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(long)ip.Imm;
                break;
            case Addi:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                break;
            case Slti:
                Unsafe.Add(ref x, ip.Rd) = (long)Unsafe.Add(ref x, ip.Rs1) < ip.Imm ? 1UL : 0;
                break;
            case Sltiu:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) < (ulong)(long)ip.Imm ? 1UL : 0;
                break;
            case Xori:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) ^ (ulong)(long)ip.Imm;
                break;
            case Ori:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) | (ulong)(long)ip.Imm;
                break;
            case Andi:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) & (ulong)(long)ip.Imm;
                break;
            case Slli:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) << ip.Imm;
                break;
            case Srli:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) >> ip.Imm;
                break;
            case Srai:
                Unsafe.Add(ref x, ip.Rd) = (ulong)((long)Unsafe.Add(ref x, ip.Rs1) >> ip.Imm);
                break;
            case Add:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sub:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) - Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sll:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) << (int)Unsafe.Add(ref x, ip.Rs2);
                break;
            case Slt:
                Unsafe.Add(ref x, ip.Rd) = (long)Unsafe.Add(ref x, ip.Rs1) < (long)Unsafe.Add(ref x, ip.Rs2) ? 1UL : 0;
                break;
            case Sltu:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) < Unsafe.Add(ref x, ip.Rs2) ? 1UL : 0;
                break;
            case Xor:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) ^ Unsafe.Add(ref x, ip.Rs2);
                break;
            case Srl:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) >> (int)Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sra:
                Unsafe.Add(ref x, ip.Rd) = (ulong)((long)Unsafe.Add(ref x, ip.Rs1) >> (int)Unsafe.Add(ref x, ip.Rs2));
                break;
            case Or:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) | Unsafe.Add(ref x, ip.Rs2);
                break;
            case And:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) & Unsafe.Add(ref x, ip.Rs2);
                break;
            case Addiw:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(long)((int)Unsafe.Add(ref x, ip.Rs1) + ip.Imm);
                break;
            case Slliw:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(long)((int)Unsafe.Add(ref x, ip.Rs1) << ip.Imm);
                break;
            case Srliw:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(long)((int)((uint)Unsafe.Add(ref x, ip.Rs1) >> ip.Imm));
                break;
            case Sraiw:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(long)((int)Unsafe.Add(ref x, ip.Rs1) >> ip.Imm);
                break;
            case Addw:
                Unsafe.Add(ref x, ip.Rd) =
                    (ulong)(long)((int)Unsafe.Add(ref x, ip.Rs1) + (int)Unsafe.Add(ref x, ip.Rs2));
                break;
            case Subw:
                Unsafe.Add(ref x, ip.Rd) =
                    (ulong)(long)((int)Unsafe.Add(ref x, ip.Rs1) - (int)Unsafe.Add(ref x, ip.Rs2));
                break;
            case Mul:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) * Unsafe.Add(ref x, ip.Rs2);
                break;
            case Mulhu:
                Unsafe.Add(ref x, ip.Rd) = Math.BigMul(Unsafe.Add(ref x, ip.Rs1), Unsafe.Add(ref x, ip.Rs2), out _);
                break;
            case Mulw:
                Unsafe.Add(ref x, ip.Rd) =
                    (ulong)(long)((int)Unsafe.Add(ref x, ip.Rs1) * (int)Unsafe.Add(ref x, ip.Rs2));
                break;
            case AddUw:
                Unsafe.Add(ref x, ip.Rd) = (uint)Unsafe.Add(ref x, ip.Rs1) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sh1Add:
                Unsafe.Add(ref x, ip.Rd) = (Unsafe.Add(ref x, ip.Rs1) << 1) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sh2Add:
                Unsafe.Add(ref x, ip.Rd) = (Unsafe.Add(ref x, ip.Rs1) << 2) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sh3Add:
                Unsafe.Add(ref x, ip.Rd) = (Unsafe.Add(ref x, ip.Rs1) << 3) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sh1AddUw:
                Unsafe.Add(ref x, ip.Rd) = ((ulong)(uint)Unsafe.Add(ref x, ip.Rs1) << 1) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sh2AddUw:
                Unsafe.Add(ref x, ip.Rd) = ((ulong)(uint)Unsafe.Add(ref x, ip.Rs1) << 2) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Sh3AddUw:
                Unsafe.Add(ref x, ip.Rd) = ((ulong)(uint)Unsafe.Add(ref x, ip.Rs1) << 3) + Unsafe.Add(ref x, ip.Rs2);
                break;
            case Andn:
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref x, ip.Rs1) & ~Unsafe.Add(ref x, ip.Rs2);
                break;
            case SextB:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(sbyte)Unsafe.Add(ref x, ip.Rs1);
                break;
            case SextH:
                Unsafe.Add(ref x, ip.Rd) = (ulong)(short)Unsafe.Add(ref x, ip.Rs1);
                break;
            case ZextH:
                Unsafe.Add(ref x, ip.Rd) = (ushort)Unsafe.Add(ref x, ip.Rs1);
                break;
            case Beq:
                step = Unsafe.Add(ref x, ip.Rs1) == Unsafe.Add(ref x, ip.Rs2) ? ip.Imm : ip.Halfwords;
                goto Step;
            case Bne:
                step = Unsafe.Add(ref x, ip.Rs1) != Unsafe.Add(ref x, ip.Rs2) ? ip.Imm : ip.Halfwords;
                goto Step;
            case Blt:
                step = (long)Unsafe.Add(ref x, ip.Rs1) < (long)Unsafe.Add(ref x, ip.Rs2) ? ip.Imm : ip.Halfwords;
                goto Step;
            case Bge:
                step = (long)Unsafe.Add(ref x, ip.Rs1) >= (long)Unsafe.Add(ref x, ip.Rs2) ? ip.Imm : ip.Halfwords;
                goto Step;
            case Bltu:
                step = Unsafe.Add(ref x, ip.Rs1) < Unsafe.Add(ref x, ip.Rs2) ? ip.Imm : ip.Halfwords;
                goto Step;
            case Bgeu:
                step = Unsafe.Add(ref x, ip.Rs1) >= Unsafe.Add(ref x, ip.Rs2) ? ip.Imm : ip.Halfwords;
                goto Step;
            case Jal:
                Unsafe.Add(ref x, ip.Rd) = PcOf(ref first, ref ip, start) + (ulong)(2 * ip.Halfwords);
                ip = ref Unsafe.Add(ref ip, ip.Imm);
                goto NewBlock;
            case Jalr:
                pc = (Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm) & ~1UL;
                Unsafe.Add(ref x, ip.Rd) = PcOf(ref first, ref ip, start) + (ulong)(2 * ip.Halfwords);
                goto Jumped;
            case Lb:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 1)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = (ulong)(sbyte)Unsafe.Add(ref bytes, (nint)address);
                break;
            case Lbu:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 1)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = Unsafe.Add(ref bytes, (nint)address);
                break;
            case Lh:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 2)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = (ulong)Unsafe.ReadUnaligned<short>(ref Unsafe.Add(ref bytes, (nint)address));
                break;
            case Lhu:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 2)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref bytes, (nint)address));
                break;
            case Lw:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 4)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = (ulong)Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref bytes, (nint)address));
                break;
            case Lwu:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 4)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, (nint)address));
                break;
            case Ld:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (address > loadTop - 8)
                {
                    goto LoadFault;
                }
                Unsafe.Add(ref x, ip.Rd) = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (nint)address));
                break;
            case Sb:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (!IsOpen(ref states, pageCount, address, sizeof(byte)))
                {
                    goto SlowStore;
                }
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, (nint)address), (byte)Unsafe.Add(ref x, ip.Rs2));
                break;
            case Sh:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (!IsOpen(ref states, pageCount, address, sizeof(ushort)))
                {
                    goto SlowStore;
                }
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, (nint)address), (ushort)Unsafe.Add(ref x, ip.Rs2));
                break;
            case Sw:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (!IsOpen(ref states, pageCount, address, sizeof(uint)))
                {
                    goto SlowStore;
                }
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, (nint)address), (uint)Unsafe.Add(ref x, ip.Rs2));
                break;
            case Sd:
                address = Unsafe.Add(ref x, ip.Rs1) + (ulong)(long)ip.Imm;
                if (!IsOpen(ref states, pageCount, address, sizeof(ulong)))
                {
                    goto SlowStore;
                }
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, (nint)address), Unsafe.Add(ref x, ip.Rs2));
                break;
            case Fence or Ebreak:
                break;
            case RiscVOp.Ecall:
                stop = RiscVStop.Ecall;
                goto AtSlot;
            case Auipc:
                Unsafe.Add(ref x, ip.Rd) = PcOf(ref first, ref ip, start) + (ulong)(long)ip.Imm;
                break;
            case PageEnd:
                pc = PcOf(ref first, ref ip, start);
                goto NewPage;
            case Invalid or FetchFault:
                stop = RiscVStop.Fault;
                goto AtSlot;
            case FarJumpRel or FarJumpAbs or (>= JalFar and <= JalrOverwritten):
                pc = RiscVInstructions.Jump(ref x, in ip, PcOf(ref first, ref ip, start));
                goto Jumped;
            case >= LrW and <= AmoMaxuD:
                address = Unsafe.Add(ref x, ip.Rs1);
                fault = RiscVAtomics.Execute(hart, in ip);
                if (fault != RiscVFault.None)
                {
                    goto StoreFault;
                }
                break;
            default:
                RiscVInstructions.Execute(ref x, in ip);
                break;
        }

    Next:
        ip = ref Unsafe.Add(ref ip, ip.Halfwords);
        if (!TPace.IsSingle)
        {
            goto Execute;
        }
        stop = RiscVStop.Budget;
        goto AtSlot;
    Jumped:
        if (!TPace.IsSingle)
        {
            goto NewPage;
        }
        stop = RiscVStop.Budget;
        goto Done;
    SlowStore:
        fault = memory.TryStore(address, Unsafe.Add(ref x, ip.Rs2), RiscVInstructions.StoreBytes(ip.Op));
        if (fault == RiscVFault.None)
        {
            goto Next;
        }
        goto StoreFault;
    LoadFault:
        fault = RiscVFault.MemOutOfBound;
    StoreFault:
        // The block is paid for: what comes behind this instruction is given back.
        budget += ip.BlockCycles - hart.Profile.Cycles(ip.Op);
        hart.Pc = PcOf(ref first, ref ip, start);
        budgetCycles = budget;
        return hart.Fail(fault, address);

    AtSlot:
        pc = PcOf(ref first, ref ip, start);
    Done:
        hart.Pc = pc;
        budgetCycles = budget;
        return stop == RiscVStop.Fault ? hart.FailToFetch() : stop;
    }

    /// <summary>True when a store may be done at once: aligned, so that it lies in one page, which is open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOpen(ref RiscVPage states, ulong pageCount, ulong address, uint size) =>
        address >> RiscVMemory.PageShift < pageCount
        && Unsafe.Add(ref states, (nint)(address >> RiscVMemory.PageShift)) == RiscVPage.Open
        && (address & (size - 1)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PcOf(ref RiscVInstruction first, ref RiscVInstruction ip, ulong start) =>
        start + (ulong)Unsafe.ByteOffset(ref first, ref ip) / SlotBytesPerCodeByte;
}
