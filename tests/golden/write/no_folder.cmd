ireko pack ok.wat -o "$OUT/no/such/folder/x.wasm"
