# --quiet silences warnings too.
ireko pack addresses.wat -q -o $OUT/b.wasm 2>&1 | sed '/ bytes, from /d'
