# An error leaves an older file as it was.
echo old > "$OUT/x"
ireko pack missing.wat -o "$OUT/x"
echo "exit code $?"
ls "$OUT"
cat "$OUT/x"
