using System.Text;

namespace Granary.Vms.Tests.Wasm;

public sealed class WasmContainerTests
{
    [WatFact]
    public void Memory_stays_between_messages()
    {
        WasmRun run = new(WasmRun.Load(WasmPrograms.Counter));

        Assert.Equal([1, 0, 0, 0], Output(run.Send("add", [], Whole)));
        Assert.Equal([2, 0, 0, 0], Output(run.Send("add", [], Whole)));
        Assert.Equal([2, 0, 0, 0], run.Host.Data["count"u8.ToArray()]);
    }

    [WatFact]
    public void The_program_reads_its_message()
    {
        WasmRun run = new(WasmRun.Load(WasmPrograms.Echo));

        Assert.Equal("echosenderhello", Encoding.UTF8.GetString(Output(run.Send("", "hello"u8.ToArray(), Whole))));
    }

    [WatFact]
    public void A_trap_names_function_offset_and_reason()
    {
        WasmRun run = new(WasmRun.Load(WasmPrograms.Counter));

        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(run.Send("fail", [], Whole));

        Assert.Equal(TrapKind.UndefinedInstruction, trap.Kind);
        Assert.Matches("^function 3, offset 0x[0-9a-f]+: unreachable$", trap.Site.Text);
    }

    [WatFact]
    public void A_trace_shows_the_machine_at_every_loop_head_and_call()
    {
        const string Code = """
            (module
              (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
              (func (export "go") (local $i i32)
                (loop $again
                  (local.set $i (call $twice (i32.add (local.get $i) (i32.const 1))))
                  (br_if $again (i32.lt_s (local.get $i) (i32.const 3))))))
            """;
        IVmProgram program = WasmRun.Load(Code);
        IVmTracer tracer = new Granary.Vms.Wasm.WasmEngine();
        IVmContainer machine = program.Start();
        Assert.Null(tracer.Look(machine));
        machine.Enter(new VmEntry("go", default, ""));
        List<string> steps = [];
        for (VmExit exit = VmExit.SliceEnded.Instance; exit is VmExit.SliceEnded;)
        {
            // Nothing is called yet when the message has just come.
            if (tracer.Look(machine) is { } step)
            {
                steps.Add(string.Join(' ', step.Instruction, step.Depth, string.Join(' ',
                    step.Values.Skip(1).Select(v => $"{v.Key}={v.Value}"))));
            }
            GasMeter gas = new(1, GasMeter.Unlimited);
            exit = machine.Run(ref gas, new TestHost(VmLimits.Default));
        }

        // A loop head before which nothing was charged is no stop of its own.
        Assert.Equal(["loop [] -> [] 1 local 0=0", "after call 0 1 local 0=0 operand 0=0x2",
            "after call 0 1 local 0=2 operand 0=0x6"], steps);
    }

    [WatFact]
    public void An_endless_loop_ends_with_the_gas_and_spends_all_of_it()
    {
        WasmRun run = new(WasmRun.Load(WasmPrograms.Counter));

        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(run.Send("spin", [], () => 1_000, 100_000));

        Assert.Equal(TrapKind.OutOfGas, trap.Kind);
        Assert.Equal(100_000, run.GasUsed);
    }

    [WatFact]
    public void Endless_recursion_exhausts_the_stack_in_both_tiers_at_the_same_gas()
    {
        WasmRun interpreted = new(WasmRun.Load(WasmPrograms.Counter));
        WasmRun compiled = new(WasmRun.Load(WasmPrograms.Counter, compiled: true));

        VmExit expected = interpreted.Send("deep", [], Whole);

        Assert.Equal(TrapKind.StackOverflow, Assert.IsType<VmExit.Trapped>(expected).Kind);
        Assert.Equal(expected, compiled.Send("deep", [], Whole));
        Assert.Equal(interpreted.GasUsed, compiled.GasUsed);
    }

    [WatFact]
    public void Entries_are_functions_without_parameters_and_results()
    {
        IVmProgram program = WasmRun.Load(WasmPrograms.Counter);

        Assert.Equal(["add", "fail", "spin", "deep"], program.EntryPoints);
        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(new WasmRun(program).Send("wrong", [], Whole));
        Assert.Equal(TrapKind.NoSuchEntry, trap.Kind);
    }

    [WatFact]
    public void Imports_that_do_not_exist_or_do_not_match_are_refused_by_name()
    {
        string[] wrong =
        [
            """(module (import "granary" "nothing" (func)) (func (export "e")))""",
            """(module (import "granary" "exit" (func (param i32))) (func (export "e")))""",
            """(module (import "granary" "memory" (memory 1)) (func (export "e")))""",
            """(module (memory 1))""",
        ];

        Assert.All(wrong, text => Assert.Throws<InvalidCodeException>(() => WasmRun.Load(text)));
    }

    [WatFact]
    public void A_segment_that_does_not_fit_and_a_start_function_that_traps_are_traps_of_the_message()
    {
        VmExit segment = new WasmRun(WasmRun.Load(
            """(module (memory 1) (data (i32.const 65536) "x") (func (export "e")))""")).Send("e", [], Whole);
        VmExit start = new WasmRun(WasmRun.Load(
            """(module (func $s unreachable) (start $s) (func (export "e")))""")).Send("e", [], Whole);

        Assert.Equal(TrapKind.BadOperand, Assert.IsType<VmExit.Trapped>(segment).Kind);
        Assert.Equal(TrapKind.UndefinedInstruction, Assert.IsType<VmExit.Trapped>(start).Kind);
    }

    [WatFact]
    public void Start_and_initialize_run_once_before_the_first_message()
    {
        WasmRun run = new(WasmRun.Load("""
            (module
              (import "granary" "print" (func $print (param i32 i32)))
              (memory 1) (data (i32.const 0) "sie")
              (func $s (call $print (i32.const 0) (i32.const 1)))
              (start $s)
              (func (export "_initialize") (call $print (i32.const 1) (i32.const 1)))
              (func (export "e") (call $print (i32.const 2) (i32.const 1))))
            """));

        run.Send("e", [], Whole);
        run.Send("e", [], Whole);

        Assert.Equal("siee", string.Concat(run.Host.Prints.Select(Encoding.UTF8.GetString)));
    }

    [WatFact]
    public void Code_that_gets_hot_asks_to_be_compiled_and_goes_on()
    {
        IVmCompilingProgram program = (IVmCompilingProgram)WasmRun.Load(WasmPrograms.Counter);
        IVmContainer machine = program.Start();
        machine.Enter(new VmEntry("spin", default, ""));
        GasMeter gas = new(1_000_000, GasMeter.Unlimited);
        TestHost host = new(VmLimits.Default);
        Assert.IsType<VmExit.SliceEnded>(machine.Run(ref gas, host));
        Assert.True(program.WantsCompiling);

        program.CompileMore(1_000);

        Assert.False(program.WantsCompiling);
        gas = new GasMeter(1_000_000, GasMeter.Unlimited);
        Assert.IsType<VmExit.SliceEnded>(machine.Run(ref gas, host));
        Assert.InRange(gas.Used, 1_000_000, 1_000_100);
    }

    private static long Whole() => GasMeter.Unlimited;

    private static byte[] Output(VmExit exit) => Assert.IsType<VmExit.Halted>(exit).Output.ToArray();
}
