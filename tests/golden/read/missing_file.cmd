ireko pack missing.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
