# Compiles C++ for the inside of a bundle (wasm32-wasi) within the native build.
# LLVM's clang and wasm-ld do both, so this needs no second CMake project.

set(IREKO_VM_CXX clang++-22 CACHE STRING "Compiler for wasm32-wasi")

# No feature beyond the first version of WebAssembly: hosts without it should
# run bundles of programs that do without it. The compiler calls the triple
# deprecated, but Debian's wasi-libc is installed for this one.
set(IREKO_VM_COMPILE_FLAGS
  --target=wasm32-wasi -mcpu=mvp -std=c++20 -Oz -ffreestanding
  -fno-exceptions -fno-rtti -fno-threadsafe-statics -fvisibility=hidden
  -fno-ident -fPIC -Wall -Wextra -Werror -Wno-deprecated)
# Position-independent: rewriter/runtime_module.h places the data and the shadow
# stack.
set(IREKO_VM_LINK_FLAGS
  --target=wasm32-wasi -Wno-deprecated -nostdlib -nostartfiles -Wl,--no-entry
  -shared -Wl,--experimental-pic -Wl,--gc-sections -Wl,--strip-all
  -Wl,--export=ireko_vm -Wl,--export-if-defined=ireko_loader)

# ireko_add_wasm_runtime(OUTPUT SOURCES...): OUTPUT in the build folder, linked
# from the sources, rebuilt when a header they read changes. Several may share
# sources.
function(ireko_add_wasm_runtime output)
  set(objects)
  foreach(source ${ARGN})
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${source})
    set(object ${name}.o)
    get_filename_component(folder ${object} DIRECTORY)
    get_property(known GLOBAL PROPERTY IREKO_WASM_OBJECTS)
    if(NOT object IN_LIST known)
      set_property(GLOBAL APPEND PROPERTY IREKO_WASM_OBJECTS ${object})
      add_custom_command(
        OUTPUT ${object}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
        COMMAND ${IREKO_VM_CXX} ${IREKO_VM_COMPILE_FLAGS}
                -I${PROJECT_SOURCE_DIR} -MMD -MF ${object}.d -MT ${object}
                -c ${source} -o ${object}
        DEPENDS ${source}
        DEPFILE ${object}.d
        COMMENT "Compiling ${name} for wasm32-wasi"
        VERBATIM)
    endif()
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${IREKO_VM_CXX} ${IREKO_VM_LINK_FLAGS} ${objects} -o ${output}
    DEPENDS ${objects}
    COMMENT "Linking ${output}"
    VERBATIM)
endfunction()
