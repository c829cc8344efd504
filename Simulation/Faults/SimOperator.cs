using System.Globalization;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>
/// An operator who takes snapshots, forks, rolls back, pauses and resumes. Each wish is asked again until it is done,
/// one after the other.
/// </summary>
/// <param name="scratch">Kernels that may be forked and rolled back: nobody else depends on their state.</param>
internal sealed class SimOperator(SimWorld world, IReadOnlyList<KernelId> kernels, IReadOnlyList<KernelId> scratch)
{
    private const long AskAgainMicroseconds = 300_000;
    private const long PatienceMicroseconds = 3_000_000;
    private const int ForksMax = 6;

    private readonly List<(KernelId Kernel, string Name)> _snapshots = [];
    private readonly HashSet<KernelId> _paused = [];
    private readonly Queue<KernelId> _toPause = new();
    private bool _pausesAll;
    private long _asked;
    private int _forks;

    /// <summary>Nothing is asked for and not done, and every kernel runs.</summary>
    public bool IsDone => IsIdle && (_pausesAll ? _toPause.Count == 0 : _paused.Count == 0);

    public List<KernelId> Forks { get; } = [];

    private bool IsIdle { get; set; } = true;

    public void Start(long median) => world.Plan(world.Random.Wait(median), () =>
    {
        if (!world.FaultsAreOn)
        {
            ResumeAll();
            return;
        }
        if (IsIdle)
        {
            Act();
        }
        Start(median);
    });

    /// <summary>Stops every kernel, for good.</summary>
    public void PauseAll()
    {
        if (!_pausesAll)
        {
            _pausesAll = true;
            foreach (KernelId kernel in kernels)
            {
                _toPause.Enqueue(kernel);
            }
        }
        if (!IsIdle)
        {
            world.Plan(AskAgainMicroseconds, PauseAll);
        }
        else if (_toPause.TryPeek(out KernelId next))
        {
            Ask(next, (shell, k) => k.Command(new KernelCommand.Pause(), shell.Now), () =>
            {
                _toPause.Dequeue();
                PauseAll();
            });
        }
    }

    private void Act()
    {
        world.Count(SimFault.Operator);
        switch (world.Random.Next(8))
        {
            case 0 or 1:
                KernelId kernel = world.Random.Pick(kernels);
                if (_paused.Add(kernel))
                {
                    Ask(kernel, (shell, k) => k.Command(new KernelCommand.Pause(), shell.Now), ResumeSoon);
                }
                break;
            case 2 or 3 or 4:
                Snapshot(scratch.Count > 0 ? world.Random.Pick(scratch) : world.Random.Pick(kernels));
                break;
            case 5:
                Snapshot(world.Random.Pick(kernels));
                break;
            case 6 when PickSnapshot() is { } target:
                Rollback(target.Kernel, target.Name);
                break;
            case 7 when _forks < ForksMax && PickSnapshot() is { } source:
                Fork(source.Kernel, source.Name);
                break;
        }
    }

    private (KernelId Kernel, string Name)? PickSnapshot()
    {
        List<(KernelId Kernel, string Name)> of = [.. _snapshots.Where(s => scratch.Contains(s.Kernel))];
        return of.Count == 0 ? null : world.Random.Pick(of);
    }

    private void ResumeAll()
    {
        if (_pausesAll)
        {
            return;
        }
        if (IsIdle && _paused.Count > 0)
        {
            KernelId kernel = _paused.Min();
            Ask(kernel, (shell, k) => k.Command(new KernelCommand.Resume(), shell.Now), () =>
            {
                _paused.Remove(kernel);
                ResumeAll();
            });
        }
        else if (_paused.Count > 0)
        {
            world.Plan(AskAgainMicroseconds, ResumeAll);
        }
    }

    private void ResumeSoon() => world.Plan(world.Random.Between(50_000, 1_500_000), ResumeAll);

    public void Snapshot(KernelId kernel)
    {
        string name = string.Create(NumberFormatInfo.InvariantInfo, $"s{_snapshots.Count}");
        _snapshots.Add((kernel, name));
        Ask(kernel, (shell, _) =>
        {
            // A wish that came through although nobody was told is done.
            if (FindHead(kernel, name) is null)
            {
                shell.TakeCheckpoint(name);
            }
        });
    }

    public void Rollback(KernelId kernel, string name) => Ask(kernel, (shell, k) =>
    {
        if (FindHead(kernel, name) is { } head)
        {
            k.Command(new KernelCommand.Rollback(head.Root, head.WorkRoot), shell.Now);
            shell.TakeCheckpoint(name: null);
        }
    });

    public void Fork(KernelId kernel, string name)
    {
        if (FindHead(kernel, name) is not { } head)
        {
            return;
        }
        KernelId id = KernelId.Parse(string.Create(NumberFormatInfo.InvariantInfo, $"fork{_forks++}"));
        StoredKernel parent = world.Store.Medium.FindAsync(kernel).AsTask().GetAwaiter().GetResult()!;
        KernelBirth birth = new()
        {
            Id = id, Generation = head.Generation + 1, Engine = parent.Engine, CodeHash = parent.CodeHash,
            Inheritance = new KernelInheritance(
                new KernelOrigin(OriginKind.Fork, kernel, head.Generation, head.Position, head.Chain),
                StateTree.Open(head.Root, world.Store.Medium),
                head.WorkRoot is { } work ? StateTree.Open(work, world.Store.Medium) : null),
        };
        IsIdle = false;
        CreateFork(birth, world.Random.Next(world.Nodes.Count));
    }

    private void CreateFork(KernelBirth birth, int place)
    {
        SimNode node = world.Nodes[place];
        bool isOver = false;
        node.After(0, () => world.Store.Request(
            node,
            // Made again when it is asked again: the one before may have been stored.
            () => world.Store.Medium.CreateAsync(world.Make(birth, node.Time)).AsTask().GetAwaiter().GetResult(),
            _ =>
            {
                if (isOver)
                {
                    return;
                }
                isOver = true;
                IsIdle = true;
                Forks.Add(birth.Id);
                world.Place(birth.Id, place, heardWithin: 200_000);
            },
            static _ => { }));
        world.Plan(PatienceMicroseconds, () =>
        {
            if (!isOver)
            {
                isOver = true;
                CreateFork(birth, world.Random.Next(world.Nodes.Count));
            }
        });
    }

    /// <summary>Has something done with a kernel at a safe point, once at least.</summary>
    private void Ask(KernelId kernel, Action<KernelShell, Kernel> act, Action? then = null)
    {
        IsIdle = false;
        long asked = ++_asked;
        world.Trace.Add(world.Now, SimEvent.OperatorAsked, world.Directory[kernel], kernel.Value, asked);
        OperatorJob job = new(act, done =>
        {
            if (asked != _asked || IsIdle)
            {
                return;
            }
            if (!done)
            {
                world.Plan(AskAgainMicroseconds, () => Again(asked, kernel, act, then));
                return;
            }
            IsIdle = true;
            world.Trace.Add(world.Now, SimEvent.OperatorDone, world.Directory[kernel], kernel.Value, asked);
            then?.Invoke();
        });
        world.Nodes[world.Directory[kernel]].TryAsk(kernel, job);
        world.Plan(PatienceMicroseconds, () => Again(asked, kernel, act, then));
    }

    private void Again(long asked, KernelId kernel, Action<KernelShell, Kernel> act, Action? then)
    {
        if (asked == _asked && !IsIdle)
        {
            Ask(kernel, act, then);
        }
    }

    private KernelHead? FindHead(KernelId kernel, string name) => world.Store.Medium.ListHeadsAsync(kernel).AsTask()
        .GetAwaiter().GetResult().FirstOrDefault(h => h.Name == name)?.Head;

    private sealed class OperatorJob(Action<KernelShell, Kernel> act, Action<bool> done) : ShellJob
    {
        public override void Execute(KernelShell shell, Kernel kernel) => act(shell, kernel);

        public override void Complete() => done(true);

        public override void Fail(Exception error) => done(false);
    }
}
