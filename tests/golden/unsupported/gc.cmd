ireko pack gc.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
