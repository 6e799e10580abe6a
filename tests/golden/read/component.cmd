ireko pack component.wasm -o "$OUT/x"
