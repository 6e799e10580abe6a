# Functions that a host adds to WASI 0.1, or has with another type.
ireko pack additions.wat -o $OUT/b.wasm 2>&1 | sed '/ bytes, from /d'
ireko pack additions.wat -o $OUT/b.wasm --stub-unknown-imports 2>&1 | sed '/ bytes, from /d'
ireko run $OUT/b.wasm 2>&1 | head -n 1
