ireko pack . -o "$OUT/x"
