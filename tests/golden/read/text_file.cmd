ireko pack text.wasm -o "$OUT/x"
