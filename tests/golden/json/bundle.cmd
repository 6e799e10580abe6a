# The same but for what only the rewriter knows.
facts() { python3 -c '
import json, re, sys
what = json.load(sys.stdin)
del what["file"], what["kind"], what["summary"]
for handler in what["handlers"]:
    for name in ("weight", "saves", "usedIn"):
        handler.pop(name, None)
for function in what["functions"]:
    for name in ("weight", "slots", "original", "safepoints", "generated"):
        function.pop(name, None)
    for name in ("bytes", "benefit", "estimatedBytes"):
        function.get("region", {}).pop(name, None)
    for instruction in function.get("instructions", []):
        instruction.pop("weight", None)
        for slot, name in enumerate("nis", 1):
            instruction["text"] = [
                re.sub(rf"\${name}\b", f"s{slot}", text)
                for text in instruction["text"]]
print(json.dumps(what))'; }
ireko pack -q sum.wat -o "$OUT/bundle.wasm"
ireko inspect sum.wat --format=json | facts > "$OUT/module"
ireko inspect "$OUT/bundle.wasm" --format=json | facts > "$OUT/bundle"
cmp "$OUT/module" "$OUT/bundle" && echo the same
ireko inspect "$OUT/bundle.wasm" --format=json --function sum | python3 -c '
import json, sys
what = json.load(sys.stdin)
print(what["kind"], sorted(what["summary"]))
print([("name" in f, "instructions" in f) for f in what["functions"]])'
ireko inspect "$OUT/bundle.wasm" --format=json --function summ
ireko inspect sum.wat --format=yaml
ireko inspect sum.wat --format=json --after lower
ireko inspect sum.wat --format=html --function summ -o "$OUT/none"
ls "$OUT"
