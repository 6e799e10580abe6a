# Budgets are numbers above 0.
ireko pack ok.wat -o "$OUT/out.wasm" --vm-size 0
ireko pack ok.wat -o "$OUT/out.wasm" --vm-size many
ireko pack ok.wat -o "$OUT/out.wasm" --handlers 0
ireko pack ok.wat -o "$OUT/out.wasm" --handlers few
ireko pack ok.wat -o "$OUT/out.wasm" -O
ireko pack ok.wat -o "$OUT/out.wasm" -Osmall
ls "$OUT"
