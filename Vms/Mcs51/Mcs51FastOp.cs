namespace Granary.Vms.Mcs51;

/// <summary>
/// What the fast loop executes: instructions after decoding, with their registers, addresses and targets worked out.
/// <c>Mem</c> is chip memory at a fixed place, <c>R</c> a register of the present bank, <c>At</c> what R0 or R1 points
/// to. The fast loop stops in front of <see cref="Slow"/>.
/// </summary>
/// <remarks>From <see cref="RrA"/> on, all write the accumulator and thereby settle the parity.</remarks>
internal enum Mcs51FastOp : byte
{
    Slow = 0,
    Nop, Jump, Call, Ret, JumpADptr,
    Jc, Jnc, Jz, Jnz, Jb, Jnb, JbAcc, JnbAcc, Jbc,
    CjneAImm, CjneAMem, CjneRImm, CjneAtImm, DjnzR, DjnzMem,
    IncMem, IncR, IncAt, DecMem, DecR, DecAt, IncDptr,
    OrlMemA, OrlMemImm, AnlMemA, AnlMemImm, XrlMemA, XrlMemImm,
    MovMemA, MovRA, MovAtA, MovMemImm, MovRImm, MovAtImm,
    MovMemMem, MovMemR, MovMemAt, MovRMem, MovAtMem, MovDptr, MovxDptrA, MovxAtA,
    PushMem, PushAcc, PopMem, PopAcc,
    SetbC, ClrC, CplC, SetbBit, ClrBit, CplBit, MovCBit, MovCAcc, MovBitC, OrlCBit, OrlCNotBit, AnlCBit, AnlCNotBit,
    DivAB,
    RrA, RrcA, RlA, RlcA, SwapA, DaA, CplA, ClrA, IncA, DecA, MulAB,
    AddImm, AddMem, AddR, AddAt, AddcImm, AddcMem, AddcR, AddcAt, SubbImm, SubbMem, SubbR, SubbAt,
    OrlImm, OrlMem, OrlR, OrlAt, AnlImm, AnlMem, AnlR, AnlAt, XrlImm, XrlMem, XrlR, XrlAt,
    MovAImm, MovAMem, MovAR, MovAAt, MovcPc, MovcDptr, MovxADptr, MovxAAt, XchMem, XchR, XchAt, XchdAt,
}
