# IREKO_CHARTS_DIR: the folder with the chart library that reports embed, from
# what toolchain/setup.sh fetched into the cache.
if(NOT IREKO_CHARTS_DIR)
  include(${CMAKE_CURRENT_LIST_DIR}/cache.cmake)
  set(IREKO_CHARTS_DIR "${cache_root}/charts")
endif()
foreach(name chart.js treemap.js)
  if(NOT EXISTS ${IREKO_CHARTS_DIR}/${name})
    message(FATAL_ERROR "No ${IREKO_CHARTS_DIR}/${name}: run "
      "toolchain/setup.sh, or set IREKO_CHARTS_DIR")
  endif()
endforeach()
