# An error stands on a line of its own.
export TERM=xterm
./terminal.py 80 60 progress.cmd ireko pack - -o "$OUT/x"
