: > "$OUT/empty.wasm"
ireko pack "$OUT/empty.wasm" -o "$OUT/x"
