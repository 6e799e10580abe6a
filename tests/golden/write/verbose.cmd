# Phases and sizes; numbers differ from machine to machine.
ireko pack -v ok.wat -o "$OUT/x" 2>&1 |
  sed "s,$OUT,OUT,; s/[0-9][0-9.]*/N/g"
