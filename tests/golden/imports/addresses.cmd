# What the embedder exchanges with this one may be addresses.
ireko pack addresses.wat -o $OUT/b.wasm 2>&1 | sed '/ bytes, from /d'
