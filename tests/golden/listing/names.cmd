# Slots and locals by the names of the name section; labels are numbered.
ireko inspect ../inspect/sum.wat --function sum
