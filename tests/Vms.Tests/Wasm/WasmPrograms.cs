using System.Collections.Concurrent;

namespace Granary.Vms.Tests.Wasm;

/// <summary>Programs in the text format, turned into modules by <c>wat2wasm</c> of wabt.</summary>
internal static class WasmPrograms
{
    private static readonly ConcurrentDictionary<string, byte[]> _assembled = new(StringComparer.Ordinal);

    /// <summary>Counts in memory and in the state, and says how far it got.</summary>
    public const string Counter = """
        (module
          (import "granary" "state_put" (func $put (param i32 i32 i32 i32)))
          (import "granary" "output" (func $output (param i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "count")
          (func (export "add")
            (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 1)))
            (call $put (i32.const 0) (i32.const 5) (i32.const 16) (i32.const 4))
            (call $output (i32.const 16) (i32.const 4)))
          (func (export "fail") (i32.store (i32.const 16) (i32.const 99)) (unreachable))
          (func (export "spin") (loop $again (br $again)))
          (func $deep (export "deep") (call $deep))
          (func (export "wrong") (result i32) (i32.const 1)))
        """;

    /// <summary>Gives back what it got, with the name of the entry and of the sender.</summary>
    public const string Echo = """
        (module
          (import "granary" "message_size" (func $size (result i32)))
          (import "granary" "message_read" (func $read (param i32 i32 i32) (result i32)))
          (import "granary" "message_entry" (func $entry (param i32 i32) (result i32)))
          (import "granary" "message_sender" (func $sender (param i32 i32) (result i32)))
          (import "granary" "output" (func $output (param i32 i32)))
          (memory 1)
          (func (export "echo") (local $n i32)
            (local.set $n (call $entry (i32.const 0) (i32.const 64)))
            (local.set $n (i32.add (local.get $n) (call $sender (local.get $n) (i32.const 64))))
            (drop (call $read (local.get $n) (call $size) (i32.const 0)))
            (call $output (i32.const 0) (i32.add (local.get $n) (call $size)))))
        """;

    /// <summary>
    /// Calls in recursion, in a loop over memory, through a table; sleeps, asks another kernel, waits for a message.
    /// </summary>
    public const string Traveller = """
        (module
          (import "granary" "sleep" (func $sleep (param i64)))
          (import "granary" "call" (func $call (param i32 i32 i32 i32 i32 i32 i64) (result i64)))
          (import "granary" "await" (func $await (param i64) (result i32)))
          (import "granary" "answer_read" (func $answer (param i32 i32 i32) (result i32)))
          (import "granary" "receive" (func $receive (param i64) (result i32)))
          (import "granary" "message_read" (func $read (param i32 i32 i32) (result i32)))
          (import "granary" "random" (func $random (result i64)))
          (import "granary" "gas_left" (func $gas (result i64)))
          (import "granary" "print" (func $print (param i32 i32)))
          (import "granary" "output" (func $output (param i32 i32)))
          (memory 2)
          (table funcref (elem $fib $fill))
          (data (i32.const 0) "oracle")
          (global $sum (mut f64) (f64.const 0.5))
          (type $of-int (func (param i32) (result i32)))
          (func $fib (param $n i32) (result i32)
            (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
              (then (local.get $n))
              (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                             (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
          (func $fill (param $n i32) (result i32) (local $i i32)
            (loop $again
              (i64.store offset=4090 (i32.shl (local.get $i) (i32.const 5))
                (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9e3779b97f4a7c15)))
              (global.set $sum (f64.div (f64.add (global.get $sum) (f64.convert_i32_u (local.get $i)))
                                        (f64.const 1.25)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
            (i32.load offset=4090 (i32.const 32)))
          (func (export "go") (local $round i32)
            (loop $again
              (i32.store (i32.const 64)
                (i32.add (i32.load (i32.const 64))
                  (call_indirect (type $of-int) (i32.add (i32.const 7) (local.get $round))
                    (i32.and (local.get $round) (i32.const 1)))))
              (local.set $round (i32.add (local.get $round) (i32.const 1)))
              (br_if $again (i32.lt_u (local.get $round) (i32.const 6))))
            (call $sleep (i64.const 5))
            (i32.store (i32.const 68) (call $await
              (call $call (i32.const 0) (i32.const 6) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 4)
                (i64.const 1000))))
            (drop (call $answer (i32.const 72) (i32.const 8) (i32.const 0)))
            (i64.store (i32.const 80) (call $random))
            (f64.store (i32.const 88) (global.get $sum))
            (call $print (i32.const 64) (i32.const 8))
            (drop (call $receive (i64.const 100)))
            (drop (call $read (i32.const 96) (i32.const 8) (i32.const 0)))
            (i64.store (i32.const 104) (call $gas))
            (i32.store (i32.const 112) (call $fill (i32.const 300)))
            (call $output (i32.const 64) (i32.const 52))))
        """;

    public static byte[] Assemble(string text) => _assembled.GetOrAdd(text, static source =>
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("granary-wat-");
        try
        {
            string from = Path.Combine(folder.FullName, "program.wat");
            string to = Path.Combine(folder.FullName, "program.wasm");
            File.WriteAllText(from, source);
            WastTools.Run(WastTools.Find("wat2wasm")!, [from, "-o", to, "--debug-names"]);
            return File.ReadAllBytes(to);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });
}
