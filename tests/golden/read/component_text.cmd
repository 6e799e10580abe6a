ireko pack component.wat -o "$OUT/x"
