ireko pack ok.wat -o "$OUT"
