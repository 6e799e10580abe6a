# The skeleton of the report: one file, of text that is not fetched, whose parts
# are the JSON (tests/report/run.py compares them, and clicks through it).
ireko inspect sum.wat --format=html -o "$OUT/report.html"
python3 - "$OUT/report.html" <<'END'
import re, sys
page = open(sys.argv[1]).read()
for tag in re.findall(r"<(?!/)(?:script|style|link|img|meta|title|header|nav|main|form|input|dialog)[^>]*>", page):
    print(re.sub(r'data-(first|next)="\d+"', r'data-\1="N"', tag))
print(len(re.findall(r"(?:src|href)=[\"']?https?:", page)), "addresses")
END
