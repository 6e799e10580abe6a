ireko pack ok.wat -o out.wasm --stack-size=5000m
