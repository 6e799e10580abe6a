#!/usr/bin/env bash
# Mines catalogue/handlers.wat anew, from the real programs that the tests use.
# Takes some minutes and 2 GB. The programs are those of toolchain/versions, so
# the result is the same wherever it is made.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."

toolchain/setup.sh test
samples/build.py sqlite
cmake --preset release
cmake --build --preset release --target ireko_mine

programs=${IREKO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ireko}/programs
# Bytes of estimated code; what is generated is larger by a quarter.
build/release/ireko_mine 100000 build/samples/sqlite.wasm \
  "$programs"/{quickjs,python,ruby}.wasm >build/handlers.wat
mv build/handlers.wat catalogue/handlers.wat
