# A later version of the format.
ireko pack version.wasm -o "$OUT/x"
