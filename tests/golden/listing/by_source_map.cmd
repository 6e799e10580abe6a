# Source lines from a source map; then maps that are damaged, which count up to
# the damage, that are not there, or that lie elsewhere: those are not read.
mkdir "$OUT/app"
show() { ireko inspect "$OUT/mapped.wasm" --function mean | sed 's/ *|.*//; /^$/d'; }
python3 mapped.py app/a.map
echo '{"version":3,"sources":["a.rs","b.rs"],"names":[],"mappings":"oECAA,EA+BA,K"}' > "$OUT/app/a.map"
show
for bad in '{"mappings":"oE","sources":7}' '[' '{"sources":["a"],"mappings":"oEAAA,!"}' '{"sources":["a"],"mappings":"oECAA"}'; do
  echo "$bad" > "$OUT/app/a.map"
  show | grep -c ';;'
done
rm "$OUT/app/a.map" && show | grep -c ';;'
echo '{"sources":["a"],"mappings":"oEAAA"}' > "$OUT/app.map"
python3 mapped.py ../app.map && mv "$OUT/mapped.wasm" "$OUT/app" && ireko inspect "$OUT/app/mapped.wasm" --function mean | grep -c ';; a'
python3 mapped.py app.map && show | grep ';;'
