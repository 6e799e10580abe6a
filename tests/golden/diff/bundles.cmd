# Two bundles, a bundle and the module that it was made from, a program file;
# and the counts of a profile.
ireko pack -q sum.wat -O0 -o "$OUT/old.wasm"
ireko pack -q sum.wat -o "$OUT/new.wasm"
ireko diff "$OUT/old.wasm" "$OUT/new.wasm" |
  sed -E "/^Bytes/,/^Code/s/^ +[0-9-]+ +[0-9-]+ .{9}  (f.*|[rdo].*|handler.*)$/N \\1/"
ireko diff "$OUT/new.wasm" sum.wat | tail -4
ireko lower -q ../../../samples/hello.wat -o "$OUT/hello.irk"
ireko diff "$OUT/hello.irk" "$OUT/hello.irk" -o "$OUT/same" && tail -3 "$OUT/same"
ireko run ../profile/ends.wat --profile "$OUT/profile"
ireko diff ../profile/ends.wat --right=-O0 --profile "$OUT/profile" |
  grep -A3 "as it ran"
