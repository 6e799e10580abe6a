# By name or by index; the index counts imports.
ireko inspect sum.wat --function main > "$OUT/by_name"
ireko inspect sum.wat --function 2 > "$OUT/by_index"
cmp "$OUT/by_name" "$OUT/by_index" && grep -c "^function" "$OUT/by_name"
