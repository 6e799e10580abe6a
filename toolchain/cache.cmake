# cache_root: where toolchain/setup.sh puts what it fetches and builds.
if(DEFINED ENV{IREKO_CACHE})
  set(cache_root "$ENV{IREKO_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(cache_root "$ENV{XDG_CACHE_HOME}/ireko")
else()
  set(cache_root "$ENV{HOME}/.cache/ireko")
endif()
