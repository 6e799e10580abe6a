# A file size limit fails in the middle of writing; nothing may be left.
printf '(module (memory 1) (data (i32.const 0) "%09000d"))' 0 > "$OUT/in.wat"
trap "" XFSZ
ulimit -f 2
ireko pack "$OUT/in.wat" -o "$OUT/bundle.wasm"
echo "exit code $?"
ls -A "$OUT"
