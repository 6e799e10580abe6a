ireko pack bad.wat -o "$OUT/x"
