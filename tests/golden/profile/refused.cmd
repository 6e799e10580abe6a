# A profile is for its own module, whole, and of a program that has run.
ireko run ends.wat --profile "$OUT/profile"
ireko pack ends.wat --profile "$OUT/profile" -o "$OUT/bundle" -q
echo "packed: $?"
ireko pack ../run/exit.wat --profile "$OUT/profile" -o "$OUT/none"
echo "of another: $?"
head -c 40 "$OUT/profile" > "$OUT/half"
ireko pack ends.wat --profile "$OUT/half" -o "$OUT/none"
ireko pack ends.wat --profile ends.wat -o "$OUT/none"
ireko pack ends.wat --profile . -o "$OUT/none"
ireko pack ends.wat --profile missing -o "$OUT/none"
ireko inspect ends.wat --profile "$OUT/half"
ireko run ends.wat --profile "$OUT/none" --plain
ireko run ends.wat --profile "$OUT/none" --layout separate
ireko run "$OUT/bundle" --profile "$OUT/none"
ireko run ends.wat --profile "$OUT/missing/none"
echo "exit code $?"
ls "$OUT"
