using System.Buffers.Binary;

namespace Granary.Vms.RiscV;

/// <summary>
/// The code of a memory, decoded page by page when it is first run. Executable pages never change, so what was decoded
/// stays true and may be shared: two threads that decode the same page make the same.
/// </summary>
/// <remarks>
/// Code that begins at an odd address runs like any other in the reference, so each page may be decoded from both its
/// first and its second byte.
/// </remarks>
/// <param name="bytes">Memory from address 0; executable pages lie inside it.</param>
/// <param name="pages">The state of each page of the whole memory.</param>
internal sealed class RiscVCode(ReadOnlyMemory<byte> bytes, RiscVPage[] pages, RiscVProfile profile)
{
    /// <summary>Decoded pages: two for each page of memory, the second of them for odd addresses.</summary>
    public RiscVCodePage?[] Pages { get; } = new RiscVCodePage?[pages.Length * 2];

    /// <summary>The decoded page of an address, or null when it cannot be executed: see <see cref="Fetch"/>.</summary>
    public RiscVCodePage? Find(ulong pc)
    {
        ulong page = pc >> RiscVMemory.PageShift;
        if (page >= (ulong)pages.Length || pages[page] != RiscVPage.Executable)
        {
            return null;
        }
        ref RiscVCodePage? slot = ref Pages[(page << 1) | (pc & 1)];
        RiscVCodePage? found = Volatile.Read(ref slot);
        if (found is null)
        {
            found = RiscVCodePage.Decode(this, (page << RiscVMemory.PageShift) | (pc & 1), profile);
            Volatile.Write(ref slot, found);
        }
        return found;
    }

    /// <summary>
    /// The bits of the instruction at an address. Four bytes are fetched at once unless a page ends in between, and
    /// all of them must be executable, also when the instruction has two.
    /// </summary>
    public RiscVFault Fetch(ulong pc, out uint bits)
    {
        const ulong inPage = SnapshotFormat.PageBytes - 1;
        bits = 0;
        bool atEnd = (pc & inPage) >= inPage - 1;
        RiscVFault fault = Check(pc, atEnd ? 2u : 4u);
        if (fault != RiscVFault.None)
        {
            return fault;
        }
        bits = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[(int)pc..]);
        if ((bits & 3) != 3)
        {
            return RiscVFault.None;
        }
        fault = atEnd ? Check(pc + 2, 2) : RiscVFault.None;
        if (fault == RiscVFault.None)
        {
            bits |= (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[(int)(pc + 2)..]) << 16;
        }
        return fault;
    }

    private RiscVFault Check(ulong pc, uint size)
    {
        ulong memoryBytes = (ulong)pages.Length << RiscVMemory.PageShift;
        if (pc >= memoryBytes || size > memoryBytes - pc)
        {
            return RiscVFault.MemOutOfBound;
        }
        bool executable = pages[pc >> RiscVMemory.PageShift] == RiscVPage.Executable
            && pages[(pc + size - 1) >> RiscVMemory.PageShift] == RiscVPage.Executable;
        return executable ? RiscVFault.None : RiscVFault.MemWriteOnExecutablePage;
    }
}
