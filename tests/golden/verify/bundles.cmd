# What is in order, at both levels and in both layouts.
for options in -O0 -O2 "-O2 --layout separate" "-O2 --strip-names"; do
  ireko pack -q $options sum.wat -o "$OUT/bundle.wasm"
  ireko verify "$OUT/bundle.wasm"
done
ireko verify -q "$OUT/bundle.wasm"
ireko verify - < "$OUT/bundle.wasm"
