using System.Buffers;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Orleans.Runtime.Placement;

namespace Granary.Grains;

/// <content>
/// Coming to this silo and going to another. On the way the kernel's checkpoint travels, with the nodes and the machine
/// that the store does not have; whatever is lost of that, the store and the journal have all that was acknowledged.
/// </content>
public sealed partial class KernelGrain : IGrainMigrationParticipant
{
    private const string LastEventKey = "granary.lastEvent";
    // What is under it is for whoever reads it to understand: another layout has another version inside.
    private const string DepartureKey = "granary.departure.bytes";

    private KernelDeparture? _arriving;
    private SiloAddress? _migration;
    private Task<KernelDeparture?>? _leaving;
    private KernelDeparture? _carried;

    /// <summary>What is taken of the budget of bytes on the way.</summary>
    private long _taken;

    /// <summary>It is on its way, or about to be.</summary>
    internal bool IsMigrating => _migration is not null;

    public Task OnActivateAsync(CancellationToken token)
    {
        _silo.Add(Id, this);
        if (_arriving is { } departure)
        {
            _arriving = null;
            _silo.Host.Arrive(Id, departure);
            _silo.Arrivals++;
        }
        // Into memory even if nobody asks: it may be in mid-run.
        Local.WakeUp(Id);
        return Task.CompletedTask;
    }

    public Task Migrate(SiloAddress target)
    {
        if (target.Equals(_here.SiloAddress))
        {
            throw new KernelRefusedException(
                (int)KernelHostError.WrongStatus, $"Kernel '{Id}' is at silo {_here.Name} already.", "",
                hasMoved: false);
        }
        if (_migration is not null)
        {
            throw new KernelRefusedException(
                (int)KernelHostError.WrongStatus, $"Kernel '{Id}' is migrating already.", "Ask where it is.",
                hasMoved: false);
        }
        _ = MigrateAsync(target);
        return Task.CompletedTask;
    }

    /// <summary>From any thread; does nothing when it migrates already.</summary>
    internal void BeginMigration(SiloAddress target) => GrainContext.Scheduler.QueueAction(() =>
    {
        if (_migration is null)
        {
            _ = MigrateAsync(target);
        }
    });

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        // Without a target all goes to the store: whoever has the kernel next begins there.
        _carried = await (_leaving ??= _silo.Host.LeaveAsync(Id, _ => false));
        _silo.Remove(Id, this);
        if (_migration is { } target && _taken > 0)
        {
            SiloKernels.WhenGone(GrainContext, () => _silo.Transfers.Release(target, _taken));
        }
        if (reason.ReasonCode == DeactivationReasonCode.Migrating)
        {
            // If it did not get where it should, nobody has it now, and a kernel in mid-run must not wait for a caller.
            SiloKernels.WhenGone(GrainContext, () => _silo.WakeUp(Id));
        }
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        dehydrationContext.TryAddValue(LastEventKey, _silo.Host.Watchers.LastId);
        if (_carried is not null)
        {
            dehydrationContext.AddBytes(DepartureKey, static (carried, output) => carried.WriteTo(output), _carried);
        }
    }

    /// <remarks>An exception here would be swallowed: what cannot be read is as if it had not come.</remarks>
    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        if (rehydrationContext.TryGetValue(LastEventKey, out ulong lastEvent))
        {
            // What the kernel does here comes behind what it did there.
            _silo.Host.Watchers.Advance(lastEvent);
        }
        if (rehydrationContext.TryGetBytes(DepartureKey, out ReadOnlySequence<byte> bytes))
        {
            try
            {
                _arriving = KernelDeparture.Parse(bytes.IsSingleSegment ? bytes.First : bytes.ToArray());
            }
            catch (CborException)
            {
                _arriving = null;
            }
        }
    }

    /// <remarks>
    /// In turns of this grain, so that no request brings anything to the kernel once it has begun to leave: the host
    /// would have to recover the kernel for it, and take it away from the silo that it went to.
    /// </remarks>
    private async Task MigrateAsync(SiloAddress target)
    {
        _migration = target;
        TimeSpan stay = _silo.Options.DwellMin - (_silo.Host.LiveFor(Id) ?? _silo.Options.DwellMin);
        if (stay > TimeSpan.Zero)
        {
            await Task.Delay(stay, _silo.Options.Clock);
        }
        // From here on Orleans keeps requests for the next activation. Those that wait for replies must end, or it
        // would wait for them: they are told to ask again.
        GrainContext.Migrate(new Dictionary<string, object> { [IPlacementDirector.PlacementHintKey] = target });
        _leaving ??= _silo.Host.LeaveAsync(Id, bytes => MayCarry(target, bytes));
    }

    private bool MayCarry(SiloAddress target, long bytes)
    {
        bool may = _silo.Transfers.TryTake(target, bytes);
        _taken = may ? bytes : 0;
        return may;
    }
}
