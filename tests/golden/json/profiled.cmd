# What only a profile brings: counts, the hot path and what did not pay.
ireko run ../inspect/hot.wat --profile "$OUT/profile"
ireko inspect ../inspect/hot.wat --no-regions --profile "$OUT/profile" --format=json | python3 -c '
import json, sys
what = json.load(sys.stdin)
summary = what["summary"]
print(what["schema"], summary["profiled"])
for path in summary["hotPaths"]:
    print(what["functions"][path["function"]].get("name"), path["isLoop"],
          [block["count"] for block in path["blocks"]],
          round(path["weight"] / summary["weight"], 2))
unpaid = [h for h in what["handlers"] if not h["pays"]]
assert summary["unpaid"] == {"handlers": len(unpaid),
    "codeBytes": sum(h["codeBytes"] for h in unpaid)}
for handler in unpaid:
    print(handler["kind"], handler["count"], "; ".join(handler["text"]))'
