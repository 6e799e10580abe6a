ireko pakc app.wasm
