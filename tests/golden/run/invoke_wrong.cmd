ireko run types.wat --invoke swop
echo "exit code $?"
ireko run types.wat --invoke memory
echo "exit code $?"
ireko run types.wat --host wazero --invoke none
echo "exit code $?"
ireko run types.wat --host node --invoke swap -- 1
echo "exit code $?"
ireko run types.wat --host node --invoke swap -- 1 many
