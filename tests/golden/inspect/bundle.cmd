ireko pack -q sum.wat -o "$OUT/bundle.wasm"
ireko inspect "$OUT/bundle.wasm"
