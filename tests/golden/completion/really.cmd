# The script at work in bash: what is offered for the last word of each line.
source <(ireko completion bash)
mkdir "$OUT/work" && cd "$OUT/work" && mkdir folder && touch app.wasm "an app.wat" notes
offer() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _ireko
  echo "$* -> $(printf '<%s>\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr -d '\n')"
}
offer ireko ''
offer ireko p
offer ireko --v
offer ireko nothing ''
offer ireko pack a
offer ireko pack --str
offer ireko pack app.wasm -o n
offer ireko pack app.wasm --layout ''
offer ireko pack app.wasm --layout =
offer ireko pack app.wasm --layout = se
offer ireko pack -O ''
offer ireko pack --stack-size ''
offer ireko run --dir ''
offer ireko run --host wasm
offer ireko run app.wasm -- n
offer ireko inspect app.wasm --after dead
offer ireko -h pa
offer ireko completion ''
offer ireko hosts ''
complete -p ireko
