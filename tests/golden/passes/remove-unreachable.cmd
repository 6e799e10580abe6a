# Blocks that nothing leads to are left out, so that they take no place in the
# image. Lowering and the passes before it leave none here, and seldom any: it is
# there so that a pass may cut a way off without looking at what lies behind.
. ./show.sh remove-unreachable -O0
