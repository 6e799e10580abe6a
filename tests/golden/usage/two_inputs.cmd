ireko pack ok.wat other.wat -o out.wasm
