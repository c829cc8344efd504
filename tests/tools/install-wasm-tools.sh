#!/bin/sh
# Installs what the WebAssembly tests and samples use from Debian: wabt (the suite's converter, wasm-interp), clang with
# its linker and wasi-libc, Rust with its library for WebAssembly. Tests that lack a tool are skipped and say so.
# AssemblyScript comes from npm: npm install -g assemblyscript.
set -eu
apt-get install -y --no-install-recommends wabt clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32 \
    rustc libstd-rust-dev-wasm32
