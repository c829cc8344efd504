#!/usr/bin/env bash
# Builds the samples with the packaged gcc and picolibc.
#   samples/riscv/build.sh DIR            programs for granary, as DIR/NAME.elf
#   samples/riscv/build.sh DIR --linux    the same programs for qemu-riscv64, as DIR/NAME.linux
#   samples/riscv/build.sh --install      installs the packages (Debian, as root)
# CFLAGS adds options for the compiler. Ends with 3, and says so, when the compiler is not there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
packages="gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"
if [ "${1:-}" = --install ]; then
    apt-get install -y $packages qemu-user
    exit
fi
out=${1:?where to put the programs}
cc=riscv64-unknown-elf-gcc
if ! command -v $cc >/dev/null || ! $cc --specs=picolibc.specs -E -x c /dev/null >/dev/null 2>&1; then
    echo "The samples need the Debian packages $packages: samples/riscv/build.sh --install" >&2
    exit 3
fi
mkdir -p "$out"
flags="-O2 -march=rv64imac -mabi=lp64 -mcmodel=medany --specs=picolibc.specs -nostartfiles -ffunction-sections -s"
flags="$flags -Wl,--gc-sections -Wl,--no-warn-rwx-segments -T $here/link.ld ${CFLAGS:-}"
ending=elf
if [ "${2:-}" = --linux ]; then
    flags="$flags -DLINUX"
    ending=linux
fi
for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    case $name in
        console) continue ;;
        quicksort|lisp) sizes="-Wl,--defsym=__heap_size=8M" ;;
        *) sizes="" ;;
    esac
    $cc $flags $sizes "$here/start.S" "$here/console.c" "$source" -o "$out/$name.$ending"
done
