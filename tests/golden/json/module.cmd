# The whole of it for a small module; but for sizes of generated code, N, which
# must add up, and that code.
ireko inspect sum.wat --format=json | python3 -c '
import json, sys
what = json.load(sys.stdin)
summary = what["summary"]
assert summary["fileBytes"] == sum(p["bytes"] for p in summary["bytes"])
summary["fileBytes"] = "N"
for part in summary["bytes"][2:]:
    assert part["bytes"] > 0
    part["bytes"] = "N"
for function in what["functions"]:
    if "region" in function:
        assert function["region"]["bytes"] > 0
        function["region"]["bytes"] = "N"
        function["region"]["estimatedBytes"] = "N"
        assert function["generated"][0]["text"].startswith("func $")
        function["generated"] = "..."
for handler in what["handlers"]:
    assert handler["codeBytes"] > 0 and handler["code"]
    handler["codeBytes"], handler["code"] = "N", "..."
for kind in summary["handlerKinds"]:
    kind["codeBytes"] = "N"
for advice in summary["advice"]:
    advice["why"] = "..."
print(json.dumps(what, indent=4, ensure_ascii=False))'
