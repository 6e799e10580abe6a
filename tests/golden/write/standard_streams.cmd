# The module from standard input, the bundle to standard output: the same bytes
# as from file to file.
ireko pack -q - -o - < ok.wat > "$OUT/piped"
ireko pack -q ok.wat -o "$OUT/filed"
cmp "$OUT/piped" "$OUT/filed" && head -c 4 "$OUT/piped" | od -An -c
