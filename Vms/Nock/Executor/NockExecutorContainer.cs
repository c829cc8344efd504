using System.Globalization;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>
/// An executor. Each message is handled in one step: all that it keeps is in the data of its kernel.
/// </summary>
internal sealed partial class NockExecutorContainer(NockExecutorProgram program, VmEntry? message) : IVmContainer
{
    private VmEntry? _message = message;

    public void Enter(VmEntry entry)
    {
        string name = entry.Name.Length == 0 ? program.EntryPoints[0] : entry.Name;
        _message = entry with
        {
            Name = name[..Math.Min(name.Length, program.Limits.NameBytesMax)], Payload = entry.Payload.ToArray(),
        };
    }

    /// <remarks>An executor never waits.</remarks>
    public void Resume(VmAnswer answer)
    {
    }

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        if (_message is not { } entry)
        {
            return VmExit.Halted.Empty;
        }
        if (gas.SliceOver)
        {
            return VmExit.SliceEnded.Instance;
        }
        _message = null;
        try
        {
            return Handle(entry, new NockOrderBook(host, ref gas, program.Limits), host, ref gas);
        }
        catch (NockHostException wrong)
        {
            return new VmExit.Trapped(wrong.Kind, new TrapSite($"entry {entry.Name}"));
        }
    }

    public void Save(ISnapshotSink snapshot) => NockExecutorSnapshot.Save(_message, snapshot);

    private VmExit Handle(VmEntry entry, NockOrderBook book, IVmHost host, ref GasMeter gas)
    {
        bool isProtocol = entry.Name is "join" or "declare" or "read" or "finish";
        if (!isProtocol && !program.EntryPoints.Contains(entry.Name))
        {
            return new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite($"entry {entry.Name}"));
        }
        // Reading it, and comparing keys and keyspaces with it.
        if (!gas.TryCharge(NockGas.PayloadByte * entry.Payload.Length))
        {
            throw new NockHostException(TrapKind.OutOfGas);
        }
        Noun noun;
        try
        {
            noun = isProtocol ? NounJam.Cue(entry.Payload.Span)
                : entry.Payload.IsEmpty ? Atom.Zero
                : NockText.Parse(Encoding.UTF8.GetString(entry.Payload.Span).Trim());
        }
        catch (NounFormatException wrong)
        {
            return Refuse($"the payload is no noun: {wrong.Message}");
        }
        if (!isProtocol)
        {
            return entry.Name switch
            {
                "list" => List(book),
                "order" => Order(book, noun),
                "get" => Get(book, noun),
                "at" => At(book, noun),
                "status" => Status(book, noun),
                _ => Abandon(book, noun, host, ref gas),
            };
        }
        if (entry.Sender.Length == 0)
        {
            return Answer(Noun.Tuple(Atom.Of(2), Atom.FromText("not a kernel")));
        }
        return entry.Name switch
        {
            "join" => Join(book, noun, entry.Sender, host, ref gas),
            "declare" => Declare(book, noun, entry.Sender),
            "read" => Read(book, noun, entry.Sender, host, ref gas),
            _ => Finish(book, noun, entry.Sender, host, ref gas),
        };
    }

    private static VmExit.Halted Answer(Noun noun) => new(NounJam.Jam(noun));

    private static VmExit.Halted Say(FormattableString text) =>
        new(Encoding.UTF8.GetBytes(text.ToString(NumberFormatInfo.InvariantInfo)));

    private static VmExit.Reverted Refuse(string text) => new(Encoding.UTF8.GetBytes(text));
}
