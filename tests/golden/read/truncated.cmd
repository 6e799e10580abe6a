# Every place to cut a module is an error of one line, with nothing written.
# After 8 bytes and after the type section there happens to be a module.
for length in $(seq 1 $(($(stat -c %s ok.wasm) - 1))); do
  head -c $length ok.wasm > "$OUT/cut.wasm"
  rm -f "$OUT/x"
  ireko pack -q "$OUT/cut.wasm" -o "$OUT/x"
  echo "$length bytes: exit code $?, $(ls "$OUT" | tr '\n' ' ')"
done
