# With source lines, from the module's DWARF: of an address, and of a trap's
# message whether or not it has a name; text behind it stays. An offset that the
# map does not know has no line.
ireko pack -q --strip-names --no-regions ../listing/mean.wasm -o "$OUT/mean.wasm" --map "$OUT/mean.map"
cat "$OUT/mean.map"
address=$(sed -n 's/^at \(0x[0-9a-f]*\) .*/\1/p' "$OUT/mean.map")
ireko symbolize "$OUT/mean.map" "$address" "in function 0 at 0x48" "in function 0 at 0x48, twice" "in function 0 <mean> at 0x48." "in function 0 at 0x49" "in function 1 at 0x48"
