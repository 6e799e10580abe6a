# Every kind of immediate, as the left column spells it; and each instruction is
# there, once, at the offset at which the module has it.
ireko inspect immediates.wat --function all | sed 's/ *|.*//' | sed '/^$/d'
