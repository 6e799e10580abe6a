# Counts and shares beside each line, the hot path, and what did not pay.
ireko run hot.wat --profile "$OUT/profile"
ireko inspect hot.wat --profile "$OUT/profile" --no-regions --function work
ireko inspect hot.wat --profile "$OUT/profile" --no-regions --show summary |
  sed -n '/^Hot paths/,$p' | sed -E 's/(pay: [0-9]+, of )[0-9]+/\1N/; s/[0-9]+ bytes, ran/N bytes, ran/'
ireko inspect hot.wat --profile "$OUT/profile" --no-regions --show handlers \
  --sort number | sed -E '/^handler /!s/^(.{46}).{7}/\1      N/'
