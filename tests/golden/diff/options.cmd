# Two ways to pack a program, in text and with all of it in JSON; but for sizes of
# generated code, N.
ireko diff sum.wat --right="-O0 --no-regions" |
  sed -E '/^Bytes/,/^Code/s/^ +[0-9-]+ +[0-9-]+ .{9}  (file|[rdo].*|handler.*)$/N \1/'
ireko diff sum.wat --left=--no-regions --right=-O0 --format=json | python3 -c '
import json, sys
what = json.load(sys.stdin)
for part in what["bytes"]:
    assert part["a"] >= 0 and part["b"] >= 0
    if not part["part"].startswith("image"):
        part["a"] = part["b"] = "N"
print(json.dumps(what, indent=4))'
