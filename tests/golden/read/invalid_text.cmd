ireko pack type.wat -o "$OUT/x"
