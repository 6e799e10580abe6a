# On a terminal one line says what is being done, and is gone in the end.
export TERM=xterm
./terminal.py 80 60 ok.wat ireko pack - -o "$OUT/x"
