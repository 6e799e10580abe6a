ireko pack multi_memory.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
