# 24 lines of at most 80 columns, each of them; but for pack, with its lists of
# hosts and features, run, which has most options, and inspect, with the passes.
for command in "" pack run inspect diff lower vm hosts; do
  ireko $command --help | awk -v c="$command" '
    length > 80 { print c ": line too long: " $0 }
    END { if (NR > (c == "pack" ? 55 : c == "inspect" ? 57 : c == "run" ? 42 : 24)) print c ": " NR " lines" }'
done
