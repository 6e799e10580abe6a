# The target ireko_binaryen: Binaryen as toolchain/setup.sh built it once into
# the cache. Its headers count as system headers, so that their warnings do not
# stop our build. It is built without its bundled DWARF code, a copy of an old
# LLVM in namespace llvm whose symbols would clash with LLVM 22's.
#
# -DIREKO_BINARYEN_DIR=... names another build of it: a folder with src/ and
# build/lib/libbinaryen.a.
if(NOT IREKO_BINARYEN_DIR)
  if(DEFINED ENV{IREKO_CACHE})
    set(cache_root "$ENV{IREKO_CACHE}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(cache_root "$ENV{XDG_CACHE_HOME}/ireko")
  else()
    set(cache_root "$ENV{HOME}/.cache/ireko")
  endif()
  set(IREKO_BINARYEN_DIR "${cache_root}/binaryen-132.0.0-clang22")
endif()

set(binaryen_lib ${IREKO_BINARYEN_DIR}/build/lib/libbinaryen.a)
if(NOT EXISTS ${binaryen_lib})
  message(FATAL_ERROR "No ${binaryen_lib}: run toolchain/setup.sh, or set "
    "IREKO_BINARYEN_DIR")
endif()

add_library(ireko_binaryen INTERFACE)
target_include_directories(ireko_binaryen SYSTEM INTERFACE
  ${IREKO_BINARYEN_DIR}/src/src
  ${IREKO_BINARYEN_DIR}/src/third_party/FP16/include
  ${IREKO_BINARYEN_DIR}/build)
target_link_libraries(ireko_binaryen INTERFACE ${binaryen_lib})
