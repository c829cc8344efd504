using System.Globalization;

namespace Granary.Vms.Nock;

/// <summary>What transactions ask an executor; jammed nouns. The answers begin with 0 (yes), 1 or 2.</summary>
internal sealed partial class NockExecutorContainer
{
    /// <summary>
    /// <c>join id</c>, with a port to the kernel: <c>[0 place id rules]</c>, <c>[1 0]</c> for not yet.
    /// </summary>
    private VmExit.Halted Join(NockOrderBook book, Noun id, string sender, IVmHost host, ref GasMeter gas)
    {
        long place = book.Find(id);
        if (id is Atom { BitLength: 0 })
        {
            // Without an id: what this kernel has begun already, or the next place.
            place = book.FindKernel(sender);
            if (place < 0 && program.Rules.Listed)
            {
                return Refusal("this executor orders by a list of ids; give the transaction's");
            }
            if (place < 0)
            {
                place = book.Append(Free(book));
                book.WriteKernel(sender, place);
            }
        }
        else if (id is not Atom)
        {
            return Refusal("an order id is an atom");
        }
        else if (place < 0)
        {
            if (program.Rules.Listed)
            {
                return Answer(Noun.Tuple(Atom.One, Atom.Zero));
            }
            place = book.Append(id);
        }
        NockOrder order = book.Read(place);
        Atom kernel = Atom.FromText(sender);
        if (order.IsOver)
        {
            return Refusal($"order id {NounText.Print(order.Id, 100)} has ended already");
        }
        if (order.Kernel is not Atom { BitLength: 0 } && !NounEquality.Same(order.Kernel, kernel))
        {
            return Refusal($"another kernel runs order id {NounText.Print(order.Id, 100)}");
        }
        order.Kernel = kernel;
        order.State = NockOrderState.Joined;
        book.Write(place, order);
        KeepPort(place, host, ref gas);
        return Answer(Noun.Tuple(
            Atom.Zero, Atom.Of((ulong)place), order.Id, Atom.Of(program.Rules.V030 ? 1u : 0u)));
    }

    /// <summary><c>declare [place reads writes]</c>: <c>[0 0]</c>.</summary>
    private static VmExit.Halted Declare(NockOrderBook book, Noun question, string sender)
    {
        if (question is not Cell { Head: var number, Tail: Cell { Head: var reads, Tail: var writes } }
            || Own(book, number, sender, out long place) is not { } order
            || !NockKeyspaces.IsDeclaration(reads) || !NockKeyspaces.IsDeclaration(writes))
        {
            return Refusal("no such declaration");
        }
        (order.Reads, order.Writes, order.State) = (reads, writes, NockOrderState.Declared);
        book.Write(place, order);
        return Answer(Noun.Tuple(Atom.Zero, Atom.Zero));
    }

    /// <summary>
    /// <c>read [place key]</c>: <c>[0 value]</c>; <c>[1 0]</c> for nothing there; <c>[3 place]</c> for one to wait for,
    /// with a port to its kernel when there is one.
    /// </summary>
    private VmExit.Halted Read(NockOrderBook book, Noun question, string sender, IVmHost host, ref GasMeter gas)
    {
        if (question is not Cell { Head: var number, Tail: var key }
            || Own(book, number, sender, out long place) is not { } order)
        {
            return Refusal("no such reading");
        }
        if (!program.Rules.V030 && !NockKeyspaces.Hold(order.Reads, key))
        {
            return Answer(Noun.Tuple(Atom.One, Atom.Zero));
        }
        for (long earlier = book.FirstOpen; earlier < place; earlier++)
        {
            NockOrder other = book.Read(earlier);
            bool blocks = !other.IsOver && (program.Rules.V030 || other.State != NockOrderState.Declared
                || NockKeyspaces.Overlap(other.Writes, order.Reads));
            if (blocks)
            {
                return Wait(earlier, host, ref gas);
            }
        }
        return Answer(book.ReadValue(key, place) is { } value
            ? new Cell(Atom.Zero, value)
            : Noun.Tuple(Atom.One, Atom.Zero));
    }

    private static VmExit.Halted Wait(long earlier, IVmHost host, ref GasMeter gas)
    {
        byte[] answer = NounJam.Jam(Noun.Tuple(Atom.Of(3), Atom.Of((ulong)earlier)));
        HostStatus status = host.Reply(answer, [PortName(earlier)], ref gas);
        return status switch
        {
            HostStatus.Ok => VmExit.Halted.Empty,
            HostStatus.OutOfGas => throw new NockHostException(TrapKind.OutOfGas),
            _ => new VmExit.Halted(answer),
        };
    }

    /// <summary>
    /// <c>finish [place 0 puts meter1 meter2]</c> or <c>[place 1 reason meter1 meter2]</c>: <c>[0 0]</c> when it is
    /// stored, <c>[1 reason]</c> when it failed.
    /// </summary>
    private VmExit.Halted Finish(NockOrderBook book, Noun question, string sender, IVmHost host, ref GasMeter gas)
    {
        if (question is not Cell
            {
                Head: var number,
                Tail: Cell
                {
                    Head: Atom failed, Tail: Cell { Head: var data, Tail: Cell { Head: var m1, Tail: var m2 } },
                },
            }
            || Own(book, number, sender, out long place) is not { } order)
        {
            return Refusal("no such end");
        }
        (order.Meter1, order.Meter2) = (m1, m2);
        order.Reason = failed.BitLength > 0 ? data : Atom.FromText(Wrong(book, order, data));
        bool good = order.Reason is Atom { BitLength: 0 };
        if (good)
        {
            for (Noun rest = data; rest is Cell { Head: Cell put } list; rest = list.Tail)
            {
                book.WriteValue(put.Head, place, put.Tail);
            }
        }
        End(book, place, order, good ? NockOrderState.Done : NockOrderState.Failed, host, ref gas);
        return Answer(new Cell(Atom.Of(good ? 0u : 1u), order.Reason));
    }

    /// <summary>Why a list of pairs cannot be stored; empty when it can.</summary>
    private string Wrong(NockOrderBook book, NockOrder order, Noun puts)
    {
        for (; puts is Cell list; puts = list.Tail)
        {
            if (list.Head is not Cell put)
            {
                return "shape-phase-2";
            }
            if (!program.Rules.V030 && !NockKeyspaces.Hold(order.Writes, put.Head))
            {
                return "write-denied";
            }
            if (!book.FitsValue(put.Tail))
            {
                return "too-large";
            }
        }
        return puts is Atom { BitLength: 0 } ? "" : "shape-phase-2";
    }

    private static void End(
        NockOrderBook book, long place, NockOrder order, NockOrderState state, IVmHost host, ref GasMeter gas)
    {
        order.State = state;
        book.Write(place, order);
        if (place == book.FirstOpen)
        {
            book.MoveOpen();
        }
        Check(host.UnbindPort(PortName(place), ref gas));
    }

    /// <summary>The transaction at a place when this kernel runs it and it has not ended; else null.</summary>
    private static NockOrder? Own(NockOrderBook book, Noun number, string sender, out long place)
    {
        place = number is Atom { BitLength: <= 62 } atom ? (long)atom.Low : -1;
        if (place < 0 || place >= book.Count)
        {
            return null;
        }
        NockOrder order = book.Read(place);
        return !order.IsOver && NounEquality.Same(order.Kernel, Atom.FromText(sender)) ? order : null;
    }

    /// <summary>An id that nobody has: the next place counted from 1, or above.</summary>
    private static Atom Free(NockOrderBook book)
    {
        Atom id = Atom.Of((ulong)book.Count + 1);
        while (book.Find(id) >= 0)
        {
            id = id.Increment();
        }
        return id;
    }

    private static void KeepPort(long place, IVmHost host, ref GasMeter gas)
    {
        Check(host.Arrived(ref gas, out int ports, out _));
        if (ports > 0)
        {
            Check(host.UnbindPort(PortName(place), ref gas));
            Check(host.BindPort(PortName(place), 0, ref gas));
        }
    }

    private static string PortName(long place) => string.Create(NumberFormatInfo.InvariantInfo, $"tx.{place + 1}");

    private static VmExit.Halted Refusal(string why) => Answer(new Cell(Atom.Of(2), Atom.FromText(why)));

    private static void Check(HostStatus status)
    {
        if (status is HostStatus.OutOfGas or HostStatus.LimitExceeded)
        {
            throw new NockHostException(
                status == HostStatus.OutOfGas ? TrapKind.OutOfGas : TrapKind.LimitExceeded);
        }
    }
}
