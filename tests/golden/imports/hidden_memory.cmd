# Nobody outside sees the memory, so nobody exchanges addresses.
ireko pack hidden_memory.wat -o $OUT/b.wasm 2>&1 | sed '/ bytes, from /d'
