namespace Granary.Vms.Script;

/// <summary>The loop. Safe points lie between any two instructions.</summary>
internal static class ScriptInterpreter
{
    /// <remarks>
    /// Integer work and jumps run here, against limits and a sum of gas in locals. All else runs in
    /// <see cref="RunRare"/>, with the meter up to date.
    /// </remarks>
    public static VmExit Run(ScriptProgram program, ScriptState state, IVmHost host, ref GasMeter gas)
    {
        ScriptRun run = new(program, state);
        ScriptInstruction[] code = program.Instructions;
        int pc = state.Pc;
        long sliceLeft = gas.SliceLeft;
        long messageLeft = gas.MessageLeft;
        long spent = 0;
        while (true)
        {
            ref readonly ScriptInstruction i = ref code[pc];
            if (spent >= sliceLeft)
            {
                gas.Settle(spent);
                state.Pc = pc;
                return VmExit.SliceEnded.Instance;
            }
            if (i.Gas > messageLeft - spent)
            {
                gas.Settle(spent);
                return Trap(state, TrapKind.OutOfGas, i);
            }
            spent += i.Gas;
            switch (i.Op)
            {
                case ScriptOp.Set when run.Value(i.B).IsInteger && state.Variables[i.A].IsInteger:
                    state.Variables[i.A] = run.Value(i.B);
                    pc++;
                    continue;
                case ScriptOp.Add when run.Value(i.B).IsInteger && state.Variables[i.A].IsInteger:
                    state.Variables[i.A] = new ScriptValue(
                        unchecked(state.Variables[i.A].Integer + run.Value(i.B).Integer));
                    pc++;
                    continue;
                case ScriptOp.If when run.Value(i.A).IsInteger && run.Value(i.C).IsInteger:
                    int order = run.Value(i.A).Integer.CompareTo(run.Value(i.C).Integer);
                    pc = ScriptInstructions.Holds((ScriptComparison)i.B, order) ? i.D : pc + 1;
                    continue;
                case ScriptOp.Goto:
                    pc = i.A;
                    continue;
            }
            gas.Settle(spent);
            spent = 0;
            state.Pc = pc;
            TrapKind trap = RunRare(run, i, host, ref gas, out VmExit? exit);
            if (trap != TrapKind.None)
            {
                return Trap(state, trap, i);
            }
            if (exit is not null)
            {
                return exit;
            }
            pc = state.Pc;
            sliceLeft = gas.SliceLeft;
            messageLeft = gas.MessageLeft;
        }
    }

    /// <summary>Any instruction, its gas of the table paid; sets the program counter.</summary>
    private static TrapKind RunRare(
        ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas, out VmExit? exit)
    {
        exit = null;
        TrapKind trap;
        switch (i.Op)
        {
            case ScriptOp.If:
                trap = ScriptInstructions.Compare(run, i, ref gas, out bool holds);
                run.State.Pc = holds ? i.D : run.State.Pc + 1;
                return trap;
            case ScriptOp.End or ScriptOp.Halt or ScriptOp.Revert:
                exit = ScriptInstructions.TryEnd(run, i, ref gas, out trap);
                return trap;
            case ScriptOp.Sleep or ScriptOp.Receive or ScriptOp.Await:
                exit = ScriptSuspensions.Suspend(run.Program, run.State, i, ref gas, out trap);
                return trap;
            default:
                run.State.Pc++;
                return RunStraight(run, i, host, ref gas);
        }
    }

    /// <summary>The instructions behind which always the next one follows.</summary>
    private static TrapKind RunStraight(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas) =>
        i.Op switch
        {
            ScriptOp.Set => ScriptInstructions.Set(run, i),
            ScriptOp.Add or ScriptOp.Sub or ScriptOp.Mul or ScriptOp.Div or ScriptOp.Mod =>
                ScriptInstructions.Calculate(run, i),
            ScriptOp.Join => ScriptInstructions.Join(run, i, ref gas),
            ScriptOp.Int => ScriptInstructions.Int(run, i, ref gas),
            ScriptOp.Text => ScriptInstructions.Text(run, i, ref gas),
            ScriptOp.Len => ScriptInstructions.Len(run, i),
            ScriptOp.Get => ScriptInstructions.Get(run, i, host, ref gas),
            ScriptOp.Put => ScriptInstructions.Put(run, i, host, ref gas),
            ScriptOp.Delete => ScriptInstructions.Delete(run, i, host, ref gas),
            ScriptOp.Next => ScriptInstructions.Next(run, i, host, ref gas),
            ScriptOp.Send => ScriptInstructions.Send(run, i, host, ref gas),
            ScriptOp.Call => ScriptInstructions.Call(run, i, host, ref gas),
            ScriptOp.Reply => ScriptInstructions.Reply(run, i, host, ref gas),
            ScriptOp.Emit => ScriptInstructions.Emit(run, i, host, ref gas),
            ScriptOp.Broadcast => ScriptInstructions.Broadcast(run, i, host, ref gas),
            ScriptOp.Arrived => ScriptInstructions.Arrived(run, i, host, ref gas),
            ScriptOp.Bind or ScriptOp.Unbind or ScriptOp.Open or ScriptOp.Revoke =>
                ScriptInstructions.ChangePort(run, i, host, ref gas),
            ScriptOp.Schedule => ScriptInstructions.Schedule(run, i, host, ref gas),
            ScriptOp.Unschedule => ScriptInstructions.Unschedule(run, i, host, ref gas),
            ScriptOp.Print => ScriptInstructions.Print(run, i, host, ref gas),
            ScriptOp.Log => ScriptInstructions.Log(run, i, host, ref gas),
            ScriptOp.Random => ScriptInstructions.Random(run, i, host, ref gas),
            ScriptOp.Time => ScriptInstructions.Time(run, i, host, ref gas),
            ScriptOp.Gas => ScriptInstructions.Gas(run, i, gas),
            _ => throw new InvalidOperationException($"The decoder let instruction {i.Op} through."),
        };

    private static VmExit.Trapped Trap(ScriptState state, TrapKind kind, in ScriptInstruction instruction)
    {
        state.Clear();
        return new VmExit.Trapped(kind, instruction.Site);
    }
}
