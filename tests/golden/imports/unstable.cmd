# The draft of WASI before 0.1.
ireko pack unstable.wat -o $OUT/b.wasm 2>&1 | sed '/ bytes, from /d'
ireko pack unstable.wat -o $OUT/b.wasm --stub-unknown-imports 2>&1 | sed '/ bytes, from /d'
