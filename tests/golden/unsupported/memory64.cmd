ireko pack memory64.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
