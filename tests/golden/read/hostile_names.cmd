# Bytes that would move the cursor are not printed as they are.
printf "\\0asm\\1\\0\\0\\0\\7\\12\\1\\6\\33[2J!!\\0\\0" > "$OUT/$(printf "a\\33[31mb").wasm"
ireko pack "$OUT"/*.wasm -o "$OUT/x"
