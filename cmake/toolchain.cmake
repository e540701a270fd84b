# Warnings are errors in the project's own code. ccache and mold are used if they are installed.
add_library(praetor_warnings INTERFACE)
target_compile_options(praetor_warnings INTERFACE -Wall -Wextra -Werror)
# False warnings of g++ 12: about overflows in its own std::string, because code of a precompiled header no longer counts
# as that of a system header; and about anonymous namespaces in headers, because .cpp files are included (unity.cmake).
target_compile_options(praetor_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)

add_compile_options(-pthread)  # for all targets: only targets with the same options share precompiled headers

# Without this, g++ spends a tenth of its time on garbage collection of precompiled headers. With it, the largest
# translation unit takes 1.4 GB.
add_compile_options("$<$<CXX_COMPILER_ID:GNU>:SHELL:--param ggc-min-heapsize=1000000>")

find_program(PRAETOR_CCACHE ccache)
if(PRAETOR_CCACHE)
  # Paths below the base directory are hashed relative to it, so that all checkouts of the project share a cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${PRAETOR_CCACHE})
  # ccache can only store translation units that use a precompiled header with this flag.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

find_program(PRAETOR_MOLD mold)
if(PRAETOR_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
