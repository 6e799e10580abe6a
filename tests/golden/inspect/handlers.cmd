# Sorted by what they save, or otherwise; sizes of generated code, and addresses
# in it, are left out: N.
sizes() {
  sed -E '/^handler /!s/^(.{46}).{7}/\1      N/; s/offset=[0-9]+/offset=N/
    s/(code: )[0-9]+/\1N/'
}
for order in benefit weight uses number; do
  echo "by $order"
  ireko inspect sum.wat --no-regions --show handlers --sort $order |
    sizes
done
ireko inspect sum.wat --no-regions --show handlers --sort bytes | wc -l
# All about one. Its code is also found in the bytes of a bundle.
ireko inspect sum.wat --no-regions --handler 1 | sizes
ireko pack -q --no-regions sum.wat -o "$OUT/bundle.wasm"
for handler in 0 1 2 3; do
  ireko inspect sum.wat --no-regions --handler $handler |
    sed -n '/^Generated/,$p' > "$OUT/module"
  ireko inspect "$OUT/bundle.wasm" --handler $handler |
    sed -n '/^Generated/,$p' | diff - "$OUT/module" && wc -l < "$OUT/module"
done
# And where the dispatch function is split.
ireko inspect ../../../samples/mandelbrot.wat --max-function-size 2048 \
  --no-regions --handler 7 | sed -n '/^Generated/,$p' | grep -c local.get
ireko inspect sum.wat --handler 99
