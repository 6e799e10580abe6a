ireko pack typed_references.wasm -o "$OUT/x"
echo "exit code $?"
ls -A "$OUT"
