# Sizes of generated code, and shares of the bundle, are left out: N. So are what
# depends on them.
sizes() {
  sed -E '/^sum.wat:|^.*bundle.wasm:/s/[0-9]+ bytes|bundle [0-9]+/N/g
    /^Where/,/^$/s/(  (runtime|dispatch|regions|other|other functions|functions|data|handler descriptions)  ).*/\1 N/
    /^Where/,/^$/s/[0-9.]+ %/N %/
    /^Handlers/,/^$/s/ +[0-9]+( +[0-9.]+ %)$/ N\1/
    /^Largest/,/^$/s/ [0-9]+( +[0-9.]+ %)$/ N\1/
    s/(budgets|handlers take).*/\1 N/'
}
ireko inspect sum.wat --show summary | sizes
ireko inspect sum.wat --show summary --no-regions | sizes
ireko pack -q sum.wat -o "$OUT/bundle.wasm"
ireko inspect "$OUT/bundle.wasm" --show summary | sizes
# It stands above the functions if nothing else is asked for.
ireko inspect sum.wat > "$OUT/all"
ireko inspect sum.wat --show summary > "$OUT/parts"
echo >> "$OUT/parts"
ireko inspect sum.wat --show functions >> "$OUT/parts"
cmp "$OUT/all" "$OUT/parts" && echo the same
