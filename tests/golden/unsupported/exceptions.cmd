ireko pack exceptions.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
