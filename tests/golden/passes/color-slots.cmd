# When one value is read for the last time, the next one can have its slot. Frames
# of calls begin where nothing is needed any more, and an argument that is there
# already need not be moved.
. ./show.sh color-slots
