# Not bundles, or not whole ones.
ireko verify sum.wat
ireko pack -q --strip-handlers sum.wat -o "$OUT/stripped.wasm"
ireko verify "$OUT/stripped.wasm"
ireko inspect "$OUT/stripped.wasm"
ireko vm -q -o "$OUT/vm.wasm"
ireko verify "$OUT/vm.wasm"
ireko pack -q sum.wat -o "$OUT/bundle.wasm"
# A byte of the image, which starts with its magic number.
at=$(grep -obUaP 'IRK\x00' "$OUT/bundle.wasm" | tail -n 1 | cut -d: -f1)
printf '\377' | dd of="$OUT/bundle.wasm" bs=1 seek=$((at + 80)) conv=notrunc status=none
ireko verify "$OUT/bundle.wasm" 2>&1 | sed -E 's/0x[0-9a-f]{6,8}/SUM/g'
