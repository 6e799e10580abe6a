ireko pack threads.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
