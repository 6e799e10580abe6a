// Gives every block that falls through to another one that other block as its
// successor in the layout, by a block that only jumps where there is none. From
// here on, `next` of a terminator other than a jump is the following block.
//
//     b1: if (c) goto b9; else b5        b1: if (c) goto b9; else b6
//     b2: ...                      ==>   b6: jump b5
//                                        b2: ...

#include "passes/pass.h"

namespace ireko {

void placeJumps(Program &, Function &function) {
  std::vector<BlockIndex> layout;
  layout.reserve(function.layout.size());
  for (size_t i = 0; i < function.layout.size(); ++i) {
    BlockIndex index = function.layout[i];
    layout.push_back(index);
    BlockIndex following =
        i + 1 < function.layout.size() ? function.layout[i + 1] : kNoBlock;
    BlockIndex next = function.blocks[index].end.next;
    if (next == kNoBlock || next == following ||
        function.blocks[index].end.kind == Terminator::Kind::Jump)
      continue;
    Block jump;
    jump.end.kind = Terminator::Kind::Jump;
    jump.end.next = next;
    jump.loopDepth = function.blocks[index].loopDepth;
    BlockIndex added = function.blocks.size();
    function.blocks.push_back(std::move(jump));
    function.blocks[index].end.next = added;
    layout.push_back(added);
  }
  function.layout = std::move(layout);
}

} // namespace ireko
