using System.Text;

namespace Granary.Vms.Tests.Wasm;

/// <summary>WASI preview 1: everything comes from the message, its time and the kernel's randomness.</summary>
public sealed class WasmWasiTests
{
    private const string Shout = """
        (module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
          (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (import "granary" "output" (func $output (param i32 i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 100))
            (i32.store (i32.const 4) (i32.const 50))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $time (i32.const 0) (i64.const 1) (i32.const 200)))
            (drop (call $random (i32.const 208) (i32.const 12)))
            (i64.store (i32.const 400) (i64.const 42))
            (i64.store (i32.const 424) (i64.const 7000000))
            (i32.store (i32.const 220) (call $poll (i32.const 400) (i32.const 224) (i32.const 1) (i32.const 256)))
            (call $output (i32.const 200) (i32.const 60))
            (call $exit (i32.const 0))
            (unreachable))
          (func (export "bad") (call $exit (i32.const 3)))
          (func (export "elsewhere") (drop (call $write (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 8)))))
        """;

    [WatFact]
    public void Streams_clock_randomness_sleep_and_exit()
    {
        WasmRun run = new(WasmRun.Load(Shout), WasmRun.Load(Shout));

        VmExit.Halted exit = Assert.IsType<VmExit.Halted>(run.Send("", "hello"u8.ToArray(), () => 100));

        Assert.Equal([("stdout", "hello"), ("stderr", "hello")],
            run.Host.Emits.Select(e => (e.Topic, Encoding.UTF8.GetString(e.Payload))));
        byte[] output = exit.Output.ToArray();
        Assert.Equal(TestHost.FixedTime * 1_000_000, BitConverter.ToInt64(output, 0));
        Assert.NotEqual(0, BitConverter.ToInt64(output, 8));
        Assert.Equal(0, BitConverter.ToInt32(output, 20));
        // The event: what the subscription was called, no error, a clock; and one event.
        Assert.Equal(42, BitConverter.ToInt64(output, 24));
        Assert.Equal(1, BitConverter.ToInt32(output, 56));
    }

    [WatFact]
    public void An_exit_code_undoes_the_message()
    {
        VmExit exit = new WasmRun(WasmRun.Load(Shout)).Send("bad", [], () => GasMeter.Unlimited);

        Assert.Equal("exit code 3", Encoding.UTF8.GetString(Assert.IsType<VmExit.Reverted>(exit).Output.Span));
    }

    [WatFact]
    public void What_is_no_stream_is_a_bad_descriptor()
    {
        WasmRun run = new(WasmRun.Load(Shout));

        Assert.IsType<VmExit.Halted>(run.Send("elsewhere", [], () => GasMeter.Unlimited));
        Assert.Empty(run.Host.Emits);
    }
}
