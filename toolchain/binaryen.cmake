# The target ireko_binaryen: what toolchain/setup.sh built once into the cache
# (toolchain/binaryen/CMakeLists.txt). Its headers count as system headers, so
# that their warnings do not stop our build. It has nothing of Binaryen's DWARF
# code, whose copy of an old LLVM would clash with LLVM 22's.
#
# -DIREKO_BINARYEN_DIR=... names another build of it: a folder with src/ and
# parts/lib/libbinaryen.a.
if(NOT IREKO_BINARYEN_DIR)
  include(${CMAKE_CURRENT_LIST_DIR}/cache.cmake)
  set(IREKO_BINARYEN_DIR "${cache_root}/binaryen-132.0.0-clang22")
endif()

set(binaryen_lib ${IREKO_BINARYEN_DIR}/parts/lib/libbinaryen.a)
if(NOT EXISTS ${binaryen_lib})
  message(FATAL_ERROR "No ${binaryen_lib}: run toolchain/setup.sh, or set "
    "IREKO_BINARYEN_DIR")
endif()

add_library(ireko_binaryen INTERFACE)
target_include_directories(ireko_binaryen SYSTEM INTERFACE
  ${IREKO_BINARYEN_DIR}/src/src
  ${IREKO_BINARYEN_DIR}/src/third_party/FP16/include)
target_link_libraries(ireko_binaryen INTERFACE ${binaryen_lib})
