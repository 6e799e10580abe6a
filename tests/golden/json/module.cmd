# The whole of it for a small module.
ireko inspect sum.wat --format=json | python3 -m json.tool
