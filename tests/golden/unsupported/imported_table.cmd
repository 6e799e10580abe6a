ireko pack imported_table.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
