# A program file is read by the handlers that the tool has built in; their
# numbers are left out.
ireko lower -q ../../../samples/hello.wat -o "$OUT/hello.irk"
ireko inspect "$OUT/hello.irk" --show functions | sed -E "s/ h[0-9]+ +/ h /"
ireko verify "$OUT/hello.irk" | sed 's/and [0-9]* handlers/and N handlers/'
head -c 70 "$OUT/hello.irk" > "$OUT/short.irk"
ireko verify "$OUT/short.irk"
printf '\377' | dd of="$OUT/hello.irk" bs=1 seek=200 conv=notrunc status=none
ireko verify "$OUT/hello.irk" 2>&1 | sed -E 's/0x[0-9a-f]{12,}/SUM/g'
