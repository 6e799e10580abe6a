ireko inspect sum.wat --function 3
echo "exit code $?"
ireko inspect sum.wat --function summ
