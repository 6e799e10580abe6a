# A terminal that cannot draw a line again.
export TERM=dumb
./terminal.py 80 1 ok.wat ireko pack - -o "$OUT/x"
