using System.Globalization;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>What people and programs outside ask an executor; in text.</summary>
internal sealed partial class NockExecutorContainer
{
    private const int ListMax = 1_000;
    private const int TextCharsMax = 100_000;

    /// <summary>Gives the ids of a list the next places.</summary>
    private static VmExit Order(NockOrderBook book, Noun ids)
    {
        if (!NockKeyspaces.IsList(ids))
        {
            return Refuse("write a list of order ids that ends with 0, such as [7 8 9 0]");
        }
        int count = 0;
        for (; ids is Cell list; ids = list.Tail)
        {
            if (list.Head is not Atom { BitLength: > 0 } id)
            {
                return Refuse("an order id is an atom above 0");
            }
            if (book.Find(id) >= 0)
            {
                return Refuse($"{NounText.Print(id, 100)} has a place already");
            }
            book.Append(id);
            count++;
        }
        return Say($"{count} ordered\n");
    }

    /// <summary>The value of a key.</summary>
    private static VmExit Get(NockOrderBook book, Noun key) => Value(book.ReadValue(key, book.Count));

    /// <summary><c>[place key]</c>: the value as it was when that place, counted from 1, had ended.</summary>
    private static VmExit At(NockOrderBook book, Noun question) =>
        question is Cell { Head: Atom { BitLength: <= 62 } place, Tail: var key }
            ? Value(book.ReadValue(key, (long)place.Low))
            : Refuse("write [PLACE KEY], the place counted from 1");

    private static VmExit Value(Noun? value) =>
        value is null ? Refuse("nothing is stored there") : Say($"{NounText.Print(value, TextCharsMax)}\n");

    private static VmExit Status(NockOrderBook book, Noun id)
    {
        long place = book.Find(id);
        return place < 0 ? Refuse("no such order id") : Say($"{Line(place, book.Read(place))}\n");
    }

    /// <summary>The last thousand places.</summary>
    private static VmExit.Halted List(NockOrderBook book)
    {
        StringBuilder text = new();
        long count = book.Count;
        for (long place = Math.Max(0, count - ListMax); place < count; place++)
        {
            text.Append(Line(place, book.Read(place))).Append('\n');
        }
        return new VmExit.Halted(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>A transaction whose kernel will not come back fails, so that later ones go on.</summary>
    private static VmExit Abandon(NockOrderBook book, Noun id, IVmHost host, ref GasMeter gas)
    {
        long place = book.Find(id);
        if (place < 0)
        {
            return Refuse("no such order id");
        }
        NockOrder order = book.Read(place);
        if (order.IsOver)
        {
            return Refuse("it has ended already");
        }
        order.Reason = Atom.FromText("abandoned");
        End(book, place, order, NockOrderState.Failed, host, ref gas);
        return Say($"{Line(place, order)}\n");
    }

    private static string Line(long place, NockOrder order)
    {
        string state = order.State switch
        {
            NockOrderState.Done => "ok",
            NockOrderState.Failed => $"failed ({Cord(order.Reason)})",
            NockOrderState.Declared => "running",
            NockOrderState.Joined => "begun",
            _ => "ordered",
        };
        string id = NounText.Print(order.Id, 100);
        string meters = $"{NounText.Print(order.Meter1, 40)} + {NounText.Print(order.Meter2, 40)}";
        return string.Create(NumberFormatInfo.InvariantInfo, $"{place + 1}: id {id}, {state}, meter {meters}");
    }

    private static string Cord(Noun cord) => cord is Atom atom
        ? string.Concat(Encoding.UTF8.GetString(atom.ToBytes()).Where(c => c is >= ' ' and <= '~'))
        : "?";
}
