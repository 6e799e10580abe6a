# A command that only uses WASI 0.1 needs no warning.
ireko pack wasi_only.wat -o $OUT/b.wasm 2>&1 | sed '/ bytes, from /d'
