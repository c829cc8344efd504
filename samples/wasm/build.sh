#!/bin/sh
# Builds the samples into a folder (default: build, which is not kept): C with Debian's clang, Rust with Debian's rustc
# and libstd-rust-dev-wasm32, AssemblyScript with npm's package assemblyscript; what is not installed is left out.
set -eu
cd "$(dirname "$0")"
out=${1:-build}
mkdir -p "$out"
for source in asker.c counter.c primes.c; do
    clang-16 --target=wasm32 -O2 -nostdlib -mbulk-memory -Wl,--no-entry -Wl,-z,stack-size=8192 \
        -o "$out/${source%.c}.wasm" "$source"
done
# Plain C programs, with wasi-libc; three of them are samples of another engine too.
if [ -e /usr/include/wasm32-wasi ]; then
    for source in ledger.c ../riscv/lisp.c ../riscv/quicksort.c ../riscv/sha256.c; do
        # shellcheck disable=SC2086
        clang-16 --target=wasm32-wasi -O2 -s ${CFLAGS:-} -o "$out/$(basename "$source" .c).wasm" "$source"
    done
else
    echo "left out: programs with wasi-libc (install wasi-libc and libclang-rt-16-dev-wasm32)" >&2
fi
if [ -e /usr/lib/rustlib/wasm32-unknown-unknown ]; then
    /usr/bin/rustc --target wasm32-unknown-unknown --crate-type cdylib -O -C link-arg=-s -o "$out/words.wasm" words.rs
else
    echo "left out: words.rs (install rustc and libstd-rust-dev-wasm32)" >&2
fi
if command -v asc > /dev/null; then
    asc greeter.ts --runtime stub --optimize -o "$out/greeter.wasm"
else
    echo "left out: greeter.ts (npm install -g assemblyscript)" >&2
fi
