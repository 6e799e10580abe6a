# Without a terminal nothing is drawn, however long it takes.
export TERM=xterm
{ sleep 0.5; cat ok.wat; } | ireko pack - -o "$OUT/x" 2>&1 | sed "s,$OUT,OUT,; s/[0-9][0-9]*/N/g"
