#!/bin/sh
# Builds the contracts (*.dacrs) and the firmware (*.ihx) with SDCC (Debian package sdcc).
# Usage: samples/mcs51/build.sh OUTPUT-FOLDER     ROUNDS=n sets how often the firmware 'bench' does its work (100).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?Usage: build.sh OUTPUT-FOLDER}
if ! command -v sdcc >/dev/null; then
    echo "build.sh: sdcc is not installed; on Debian: apt-get install sdcc sdcc-ucsim" >&2
    exit 3
fi
mkdir -p "$out/obj"
cd "$out/obj"
cp "$here/kit/head.asm" head.asm
sdas8051 -plosgff head.asm
sdcc -mmcs51 --model-large -I"$here/kit" -c "$here/kit/dacrs.c" -o dacrs.rel
for name in escrow lottery token; do
    sdcc -mmcs51 --model-large -I"$here/kit" -c "$here/contracts/$name.c" -o "$name.rel"
    sdcc -mmcs51 --model-large --code-loc 0x20 --xram-loc 0x0001 --xram-size 0xEF00 \
        dacrs.rel "$name.rel" head.rel -o "$name.ihx"
    cp "$name.ihx" "../$name.dacrs"
    cp "$name.map" "../$name.map"
done
for name in echo bench; do
    sdcc -mmcs51 --model-large -DROUNDS="${ROUNDS:-100}" "$here/firmware/$name.c" -o "$name.ihx"
    cp "$name.ihx" "../$name.ihx"
    cp "$name.map" "../$name.map"
done
