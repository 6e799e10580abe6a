# A bundle that was packed with a profile does what the one without does, and
# what the program does plain; at each level.
for sample in deep mandelbrot hello trap; do
  app=../../../samples/$sample.wat
  ireko run $app --profile "$OUT/profile" > "$OUT/counted" 2> "$OUT/messages"
  ended=$?
  ireko run $app --plain > "$OUT/plain" 2> "$OUT/messages"
  echo "$sample: $ended $?"
  cmp "$OUT/plain" "$OUT/counted"
  for level in 0 1 2 3 s; do
    ireko pack $app --profile "$OUT/profile" -O$level -o "$OUT/b.wasm" -q
    ireko run "$OUT/b.wasm" > "$OUT/bundle" 2> "$OUT/messages"
    [ $? = $ended ] || echo "$sample at $level ends otherwise"
    cmp "$OUT/plain" "$OUT/bundle"
  done
done
