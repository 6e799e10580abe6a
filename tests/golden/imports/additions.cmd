# Functions that a host adds to WASI 0.1, or has with another type.
ireko pack additions.wat -o $OUT/b.wasm
ireko pack additions.wat -o $OUT/b.wasm --stub-unknown-imports
ireko run $OUT/b.wasm 2>&1 | head -n 1
