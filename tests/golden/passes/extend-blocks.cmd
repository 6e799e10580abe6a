# The branch becomes an exit within the block, so that one instruction can do
# what lies on both sides of it.
. ./show.sh extend-blocks
