namespace Granary.Vms.RiscV;

/// <summary>The fields of a machine as bytes, without its memories and its message.</summary>
internal static class RiscVStateCodec
{
    /// <summary>Loading a program of any size and its arguments costs less.</summary>
    private const long LoadCyclesMax = 1L << 40;

    public static void Write(RiscVState state, SnapshotWriter writer, byte version)
    {
        writer.WriteByte(version);
        writer.WriteByte((byte)state.Phase);
        writer.WriteByte(state.MessageTaken ? (byte)1 : (byte)0);
        writer.WriteUInt64(state.Cycles);
        writer.WriteInt64(state.LoadCycles);
        writer.WriteUInt64(state.NextProcess);
        writer.WriteUInt64(state.NextPipe);
        writer.WriteUInt32((uint)state.Processes.Count);
        foreach (RiscVProcess process in state.Processes)
        {
            Write(process, writer);
        }
        writer.WriteUInt32((uint)state.Pipes.Count);
        foreach ((ulong end, ulong owner) in state.Pipes)
        {
            writer.WriteUInt64(end);
            writer.WriteUInt64(owner);
        }
        writer.WriteUInt32((uint)state.Ended.Count);
        foreach ((ulong process, byte code) in state.Ended)
        {
            writer.WriteUInt64(process);
            writer.WriteByte(code);
        }
    }

    /// <param name="restoreHart">Makes the hart of a process, with its memory; true when its code is its own.</param>
    public static void Read(
        RiscVState state, SnapshotReader reader, byte version, Func<ulong, bool, RiscVHart> restoreHart)
    {
        byte found = reader.ReadByte();
        if (found != version)
        {
            throw new SnapshotFormatException($"The state has version {found}, not {version}.");
        }
        state.Phase = (RiscVPhase)reader.ReadByte();
        state.MessageTaken = reader.ReadByte() != 0;
        state.Cycles = reader.ReadUInt64();
        state.LoadCycles = reader.ReadInt64();
        state.NextProcess = reader.ReadUInt64();
        state.NextPipe = reader.ReadUInt64();
        if (state.Phase > RiscVPhase.ArgumentsTooLong || state.LoadCycles is < 0 or > LoadCyclesMax)
        {
            throw new SnapshotFormatException($"Phase {state.Phase} with {state.LoadCycles} cycles of loading.");
        }
        int processes = reader.ReadCount(RiscVSnapshot.ProcessesMax);
        bool runs = state.Phase is RiscVPhase.Loaded or RiscVPhase.Running or RiscVPhase.Waiting;
        if (runs != processes > 0 || state.NextPipe % 2 != 0)
        {
            throw new SnapshotFormatException($"{processes} processes in phase {state.Phase}.");
        }
        for (int i = 0; i < processes; i++)
        {
            ulong id = reader.ReadUInt64();
            if (i == 0 ? id != 0 : id <= state.Processes[i - 1].Id || id >= state.NextProcess)
            {
                throw new SnapshotFormatException($"The process {id} is out of order.");
            }
            bool hasOwnCode = reader.ReadByte() != 0;
            RiscVProcess process = Read(id, restoreHart(id, hasOwnCode), ref reader);
            process.HasOwnCode = hasOwnCode;
            state.Processes.Add(process);
        }
        for (int count = reader.ReadCount(RiscVPipes.EndsMax); count > 0; count--)
        {
            state.Pipes[reader.ReadUInt64()] = reader.ReadUInt64();
        }
        for (int count = reader.ReadCount(RiscVSnapshot.EndedMax); count > 0; count--)
        {
            state.Ended[reader.ReadUInt64()] = reader.ReadByte();
        }
        reader.ExpectEnd();
    }

    private static void Write(RiscVProcess process, SnapshotWriter writer)
    {
        RiscVHart hart = process.Hart;
        writer.WriteUInt64(process.Id);
        writer.WriteByte(process.HasOwnCode ? (byte)1 : (byte)0);
        writer.WriteByte(process.IsInstantiated ? (byte)1 : (byte)0);
        writer.WriteUInt64(hart.Pc);
        for (int i = 1; i < RiscVHart.RegisterCount; i++)
        {
            writer.WriteUInt64(hart.X[i]);
        }
        writer.WriteUInt64(hart.Reservation);
        writer.WriteByte((byte)process.Wait);
        foreach (ulong field in (ulong[])
            [process.Target, process.Length, process.Done, process.Buffer, process.Answer])
        {
            writer.WriteUInt64(field);
        }
        writer.WriteUInt32((uint)process.Inherited.Length);
        foreach (ulong end in process.Inherited)
        {
            writer.WriteUInt64(end);
        }
    }

    private static RiscVProcess Read(ulong id, RiscVHart hart, ref SnapshotReader reader)
    {
        bool isInstantiated = reader.ReadByte() != 0;
        hart.Pc = reader.ReadUInt64();
        for (int i = 1; i < RiscVHart.RegisterCount; i++)
        {
            hart.X[i] = reader.ReadUInt64();
        }
        hart.Reservation = reader.ReadUInt64();
        RiscVWait wait = (RiscVWait)reader.ReadByte();
        if (wait > RiscVWait.Write)
        {
            throw new SnapshotFormatException($"The process {id} waits for nothing known.");
        }
        RiscVProcess process = new(id, hart)
        {
            IsInstantiated = isInstantiated, Wait = wait, Target = reader.ReadUInt64(), Length = reader.ReadUInt64(),
            Done = reader.ReadUInt64(), Buffer = reader.ReadUInt64(), Answer = reader.ReadUInt64(),
        };
        process.Inherited = new ulong[reader.ReadCount(RiscVPipes.EndsMax)];
        for (int i = 0; i < process.Inherited.Length; i++)
        {
            process.Inherited[i] = reader.ReadUInt64();
        }
        return process.Done <= process.Length
            ? process
            : throw new SnapshotFormatException($"The process {id} has written more than it has.");
    }
}
