# --quiet silences warnings too.
ireko pack addresses.wat -q -o $OUT/b.wasm
