ireko pack ok.wat -o out.wasm --fast
