# 24 lines of at most 80 columns, each of them; pack and run, which have most
# options, 48 and 32.
for command in "" pack run inspect lower vm hosts; do
  ireko $command --help | awk -v c="$command" '
    length > 80 { print c ": line too long: " $0 }
    END { if (NR > (c == "pack" ? 48 : c == "run" ? 32 : 24)) print c ": " NR " lines" }'
done
