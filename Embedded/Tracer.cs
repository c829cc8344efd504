using Granary.Kernels;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>
/// Executes a kernel's journal again up to a message, and that message one instruction at a time.
/// </summary>
internal sealed class Tracer(ProgramCache programs, INodeSource nodes, TraceQuery query)
{
    /// <summary>So much is kept at a time; what comes after it is found by executing again.</summary>
    private const int StepsMax = 10_000;
    private const long TextMax = 8 << 20;

    private readonly List<TraceStep> _steps = [];
    private long _text;
    private ulong _number;
    private long _gasBefore;
    private long _gasAtLook = -1;
    private bool _wasSeen;

    /// <summary>The steps behind a number, as many as are kept at a time; none when the message has no more.</summary>
    public async Task<IReadOnlyList<TraceStep>> TakeAsync(
        KernelHead start, IAsyncEnumerable<JournalRecord> journal, ulong after, CancellationToken cancellationToken)
    {
        _steps.Clear();
        (_text, _number, _gasAtLook, _wasSeen) = (0, 0, -1, false);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Kernel? kernel = null;
        try
        {
            kernel = Kernel.Restore(start, programs, nodes);
            Kernel stepped = kernel;
            KernelReplay replay = new(kernel, observe: null, enough.Token)
            {
                IsStepped = () => IsStepped(stepped, after, enough),
            };
            await foreach (JournalRecord record in journal.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                replay.Apply(record);
                if (_wasSeen && kernel.MessageInHand != query.Message)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Enough for now.
        }
        catch (Exception error) when (error is ReplayDivergedException or NodeMissingException or StateTreeException
            or CborException or SnapshotFormatException or ProgramUnavailableException or InvalidCodeException)
        {
            throw new KernelHostException(
                KernelHostError.WrongStatus,
                $"Kernel '{query.Id}' could not be executed again as recorded: {error.Message}.",
                $"'granary verify {query.Id}' says where.", error);
        }
        return _wasSeen || kernel?.MessageInHand == query.Message
            ? _steps
            : throw new KernelHostException(
                KernelHostError.BadRequest,
                $"Kernel '{query.Id}' has not handled a message {query.Message}.",
                $"'granary journal {query.Id}' has the messages by position.");
    }

    private bool IsStepped(Kernel kernel, ulong after, CancellationTokenSource enough)
    {
        if (kernel.MessageInHand != query.Message)
        {
            return false;
        }
        if (!_wasSeen)
        {
            _wasSeen = true;
            _gasBefore = kernel.GasSpent;
        }
        if (_steps.Count == StepsMax || _text > TextMax)
        {
            enough.Cancel();
            return true;
        }
        // Where no gas was spent since, it is the same instruction still.
        if (kernel.GasSpent != _gasAtLook && kernel.Look(FindTracer(kernel.Engine)) is { } step)
        {
            _gasAtLook = kernel.GasSpent;
            _number++;
            if (_number > after)
            {
                _steps.Add(new TraceStep(_number, kernel.GasSpent - _gasBefore, step));
                _text += step.Instruction.Length + step.Values.Sum(v => v.Key.Length + v.Value.Length);
            }
        }
        return true;
    }

    private IVmTracer FindTracer(EngineId engine) =>
        programs.Engines.Find(engine) as IVmTracer ?? throw new KernelHostException(
            KernelHostError.BadRequest, $"Engine {engine} has no traces.",
            "'granary journal' and 'granary verify' work with every engine.");
}
