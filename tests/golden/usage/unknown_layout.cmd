ireko pack ok.wat --layout=shared -o "$OUT/x"
