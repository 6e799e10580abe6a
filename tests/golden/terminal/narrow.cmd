# The line does not wrap, which would leave its first part behind.
export TERM=xterm
./terminal.py 12 60 ok.wat ireko pack - -o "$OUT/x"
