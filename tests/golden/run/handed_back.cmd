# An activation that the stream hands back has been restarted as often as before:
# here one that is handed back 400 times, at each 131,072nd round.
for options in --plain "--leave-out 21" "--leave-out 21 --print-fuel"; do
  ireko run handed_back.wat $options --host node --invoke f -- 52428800
done
