ireko pack -o out.wasm
