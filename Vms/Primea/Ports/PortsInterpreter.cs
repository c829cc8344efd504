using System.Globalization;

namespace Granary.Vms.Primea.Ports;

/// <summary>
/// The loop of a world of ports. It always handles the first message of all: by ticks of sending, then by receiver,
/// then by the age of the port. That is one of the orders that the rule of version 0.1 allows (an instance goes on when
/// all its ports have messages, or nobody who runs can still send it an earlier one), and all of them give each
/// instance the same messages in the same order.
/// </summary>
internal static class PortsInterpreter
{
    public static readonly PrimeaHash RootId = PrimeaHash.IdOf(0, null);

    public static VmExit Run(PortsRun run)
    {
        while (!run.SliceOver)
        {
            try
            {
                if (Step(run) is { } exit)
                {
                    return exit;
                }
            }
            catch (PrimeaTrapException trap)
            {
                string place = run.World.Current is { } message ? $"message \"{message.Label}\": " : "";
                run.World.Phase = PrimeaPhase.Idle;
                return new VmExit.Trapped(trap.Kind, new TrapSite(place + trap.Message));
            }
        }
        return VmExit.SliceEnded.Instance;
    }

    private static VmExit.Halted? Step(PortsRun run)
    {
        PortsWorld world = run.World;
        switch (world.Phase)
        {
            case PrimeaPhase.Idle:
                return VmExit.Halted.Empty;
            case PrimeaPhase.TooLarge:
                throw new PrimeaTrapException(TrapKind.LimitExceeded, "the message is too large");
            case PrimeaPhase.Entered:
                Begin(run);
                return null;
            case PrimeaPhase.Operating:
                Operate(run);
                return null;
            case PrimeaPhase.Draining:
                Drain(run);
                return null;
            default:
                VmExit.Halted halted = new(world.Output);
                world.Output = [];
                world.Phase = PrimeaPhase.Idle;
                return halted;
        }
    }

    private static void Begin(PortsRun run)
    {
        PortsWorld world = run.World;
        if (!run.Program.EntryPoints.Contains(world.Entry))
        {
            throw new PrimeaTrapException(TrapKind.NoSuchEntry, $"there is no entry point \"{world.Entry}\"");
        }
        // The world is saved as a whole when the message ends.
        run.Charge(PrimeaGas.Copy(world.HeldBytes));
        if (world.Founded)
        {
            ReadRequest(run);
        }
        else
        {
            if (!world.Instances.ContainsKey(RootId))
            {
                PortsInstructions.AddInstance(run, RootId, type: 0);
            }
            world.Operations = Items(run.Program.Code.Operations);
        }
        world.Phase = PrimeaPhase.Operating;
    }

    private static void ReadRequest(PortsRun run)
    {
        PortsWorld world = run.World;
        run.Charge(PrimeaGas.Parse(world.Payload.Length));
        try
        {
            world.Operations = Items(PrimeaRequest.Read(PrimeaModel.Ports, world.Entry, world.Payload.Span));
        }
        catch (PrimeaSourceException wrong)
        {
            (int line, int column) = wrong.Locate(world.Payload.Span);
            throw new PrimeaTrapException(TrapKind.BadOperand, $"line {line}, column {column}: {wrong.Message}");
        }
        world.Payload = default;
    }

    private static void Operate(PortsRun run)
    {
        PortsWorld world = run.World;
        if (world.Operations.IsEmpty)
        {
            if (world.Founded)
            {
                world.Phase = PrimeaPhase.Ending;
                return;
            }
            world.Founded = true;
            world.Output = [];
            ReadRequest(run);
            return;
        }
        PrimeaReader reader = new(world.Operations.Span);
        reader.ReadArray();
        PrimeaOp op = (PrimeaOp)reader.ReadUnsigned(byte.MaxValue);
        run.Charge(PrimeaOpcodes.Info(op).Gas);
        if (op == PrimeaOp.Root && world.Heads.Count > 0)
        {
            // Left from a message that was abandoned; a root is taken of a world at rest.
            world.Phase = PrimeaPhase.Draining;
            return;
        }
        if (op == PrimeaOp.Messages)
        {
            EnqueueAll(run, ref reader);
            world.Phase = PrimeaPhase.Draining;
        }
        else
        {
            world.Output = PortsRoots.Take(run);
        }
        world.Operations = world.Operations[reader.Position..];
    }

    private static void EnqueueAll(PortsRun run, ref PrimeaReader operands)
    {
        PortsWorld world = run.World;
        int count = operands.ReadArray();
        List<PortsMessage> messages = [];
        for (int i = 0; i < count; i++)
        {
            operands.ReadArray();
            string to = PrimeaScripts.ReadName(ref operands);
            operands.ReadAmount(PrimeaLimits.NumberMax);
            string label = operands.ReadText(PrimeaLimits.NameBytesMax);
            long fromTicks = operands.ReadAmount(PrimeaLimits.NumberMax);
            int start = operands.Position;
            operands.ReadItem();
            if (to != "root")
            {
                throw new PrimeaTrapException(TrapKind.BadOperand, "the host has a port to \"root\" only");
            }
            messages.Add(new PortsMessage(false, fromTicks, label, world.Operations[start..operands.Position], []));
        }
        // Through one port messages come in the order of their ticks, whatever order the host sent them in.
        foreach (PortsMessage message in messages.OrderBy(message => message.FromTicks))
        {
            PortsChannels.Arrive(run, world.Instances[RootId], message);
        }
    }

    private static void Drain(PortsRun run)
    {
        PortsWorld world = run.World;
        if (world.Current is null || world.Running is not { } instance)
        {
            Receive(run);
            return;
        }
        string result = "ok";
        if (!world.Steps.IsEmpty)
        {
            if (PortsInstructions.Step(run, instance) is not { } error)
            {
                return;
            }
            result = error;
        }
        ClearHand(run, instance);
        Log(run, result);
        world.Current = null;
        world.Running = null;
        world.Steps = default;
    }

    /// <summary>Takes the first message of all. When there is none, the run is over.</summary>
    private static void Receive(PortsRun run)
    {
        PortsWorld world = run.World;
        if (PortsChannels.Next(run) is not { } next)
        {
            if (PortsRoots.KillLost(run))
            {
                return;
            }
            foreach (PortsInstance idle in world.Instances.Values)
            {
                idle.Ticks = 0;
            }
            world.Output = world.Events.Take();
            world.Phase = PrimeaPhase.Operating;
            return;
        }
        (PortsInstance receiver, PortsEnd? end, PortsMessage message) = next;
        run.Charge(PrimeaGas.Item);
        receiver.Ticks = Math.Max(receiver.Ticks, message.FromTicks);
        world.Running = receiver;
        world.Current = message;
        world.CurrentPort = end?.Name ?? "";
        world.CurrentTicks = receiver.Ticks;
        if (message.Deletion)
        {
            PortsChannels.Unbind(run, receiver, end!.Name);
            PortsChannels.Kill(run, end.Id, receiver.Ticks);
            Log(run, "deleted");
            world.Current = null;
            world.Running = null;
            return;
        }
        for (int i = 0; i < message.Ports.Count; i++)
        {
            PortsChannels.TakeInHand(run, message.Ports[i], string.Create(NumberFormatInfo.InvariantInfo, $"p{i}"));
        }
        world.Steps = Items(message.Script);
    }

    /// <summary>Every port that is still unbound when a message has been handled is deleted.</summary>
    private static void ClearHand(PortsRun run, PortsInstance instance)
    {
        if (run.World.Hand.Count == 0)
        {
            return;
        }
        PortsRun.Advance(instance, 1);
        foreach (PortsEndId id in run.World.Hand.Values)
        {
            PortsChannels.Kill(run, id, instance.Ticks);
        }
        run.World.Hand.Clear();
    }

    private static void Log(PortsRun run, string result)
    {
        PortsWorld world = run.World;
        PortsMessage message = world.Current!;
        string line = string.Create(NumberFormatInfo.InvariantInfo,
            $$"""{"label":"{{PrimeaLog.Text(message.Label)}}","to":"{{world.Running!.Id}}","""
            + $"\"port\":\"{PrimeaLog.Text(world.CurrentPort)}\",\"fromTicks\":{message.FromTicks},"
            + $"\"ticks\":{world.CurrentTicks},\"result\":\"{PrimeaLog.Text(result)}\","
            + $"\"endTicks\":{world.Running.Ticks}}}");
        run.Charge(PrimeaGas.Copy(line.Length));
        world.Events.Add(line, run.Program.LogBytesMax);
    }

    private static ReadOnlyMemory<byte> Items(ReadOnlyMemory<byte> array)
    {
        PrimeaReader reader = new(array.Span);
        reader.ReadArray();
        return array[reader.Position..];
    }
}
