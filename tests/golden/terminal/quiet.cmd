# Nothing but errors.
export TERM=xterm
./terminal.py 80 1 ok.wat ireko pack -q - -o "$OUT/x"
