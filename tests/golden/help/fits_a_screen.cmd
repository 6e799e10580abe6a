# 24 lines of at most 80 columns, each of them; pack, which has most options,
# 48.
for command in "" pack run inspect hosts; do
  ireko $command --help | awk -v c="$command" '
    length > 80 { print c ": line too long: " $0 }
    END { if (NR > (c == "pack" ? 48 : 24)) print c ": " NR " lines" }'
done
