# A bundle that was packed with a profile does what the one without does, and
# what the program does plain.
for app in ../../../samples/{deep,mandelbrot}.wat ../run/exit.wat; do
  ireko run $app --profile "$OUT/profile" -- 1000 > "$OUT/counted"
  ended=$?
  ireko run $app --plain -- 1000 > "$OUT/plain"
  plain=$?
  echo "$(basename $app): $ended $plain, $(wc -l < "$OUT/plain") lines"
  cmp "$OUT/plain" "$OUT/counted"
  for level in 0 1 2 3 s; do
    ireko pack $app --profile "$OUT/profile" -O$level -o "$OUT/b.wasm" -q
    ireko run "$OUT/b.wasm" -- 1000 > "$OUT/bundle"
    [ $? = $ended ] || echo "-O$level ends otherwise"
    cmp "$OUT/plain" "$OUT/bundle"
  done
done
