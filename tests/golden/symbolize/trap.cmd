# A bundle without names, its map, and what the two say together.
ireko pack -q --strip-names trap.wat -o "$OUT/trap.wasm" --map "$OUT/trap.map"
cat "$OUT/trap.map"
ireko inspect "$OUT/trap.wasm" --show functions | head -n 1
entry=$(sed -n 's/^function \(0x[0-9a-f]*\) .*main$/\1/p' "$OUT/trap.map")
ireko symbolize "$OUT/trap.map" "$entry" 0x2 "ireko: trap: unreachable in function 1 at 0x5d"
printf 'hello\nireko: trap: unreachable in function 1 at 0x5d\nin function 9\n' |
  ireko symbolize "$OUT/trap.map"
# The names are in the map whatever the bundle carries.
ireko pack -q --strip-names --strip-handlers trap.wat -o "$OUT/bare.wasm" --map "$OUT/bare.map"
cmp "$OUT/trap.map" "$OUT/bare.map" && echo the same map
ireko symbolize trap.wat 0x54
printf 'ireko-map 1\nfunction 12 9\n' > "$OUT/bad.map"
ireko symbolize "$OUT/bad.map" 0x54
ireko symbolize "$OUT/none.map" 0x54
