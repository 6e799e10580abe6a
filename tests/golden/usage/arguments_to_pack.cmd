ireko pack ok.wat -o "$OUT/x" -- a b
