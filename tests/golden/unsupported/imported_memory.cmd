ireko pack imported_memory.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
