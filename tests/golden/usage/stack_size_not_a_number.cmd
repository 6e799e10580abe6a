ireko pack ok.wat -o out.wasm --stack-size=many
