# Programs with all kinds of operators, references and tables: nothing to say.
for module in ../../differential/cases/*.wat ../../differential/regressions/*.wat; do
  for options in -O0 -O2; do
    ireko pack -q $options "$module" -o "$OUT/bundle.wasm" &&
      ireko verify -q "$OUT/bundle.wasm" || echo "$module $options"
  done
done
