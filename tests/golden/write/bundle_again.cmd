ireko pack -q ok.wat -o "$OUT/x" && ireko pack "$OUT/x" -o "$OUT/y"
echo "exit code $?"
ls "$OUT"
