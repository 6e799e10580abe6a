# There is no room for the VM in a memory that others fill.
ireko pack imported_memory.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
ireko pack imported_memory.wasm --layout=separate -q -o "$OUT/x"
echo "exit code $?"
