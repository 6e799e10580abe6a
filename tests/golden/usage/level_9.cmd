ireko pack ok.wat -o out.wasm -O9
