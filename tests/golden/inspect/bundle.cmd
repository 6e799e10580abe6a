# Decoded from the bundle's image, without the module that it was made from.
ireko pack -q sum.wat -o "$OUT/bundle.wasm"
ireko inspect "$OUT/bundle.wasm" --show functions
ireko inspect "$OUT/bundle.wasm" --function sum
ireko inspect "$OUT/bundle.wasm" --function summ
ireko inspect "$OUT/bundle.wasm" --after lower
