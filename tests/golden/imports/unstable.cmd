# The draft of WASI before 0.1.
ireko pack unstable.wat -o $OUT/b.wasm
ireko pack unstable.wat -o $OUT/b.wasm --stub-unknown-imports
