# Warnings are errors in the project's own code; ccache and mold are used where they are found.
add_library(praetor_warnings INTERFACE)
target_compile_options(praetor_warnings INTERFACE -Wall -Wextra -Werror)
# g++ 12 sees overflows in its own std::string that are none, and what comes out of a precompiled header no longer counts
# as a system header's. And it takes a class of an included .cpp file (unity.cmake) for one of a header, which should not
# use anonymous namespaces.
target_compile_options(praetor_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)

add_compile_options(-pthread)  # everywhere: precompiled headers are shared by what has the same options

# g++ collects garbage again and again in what it loaded from a precompiled header, a tenth of its time. Without that the
# largest translation unit takes 1.4 GB.
add_compile_options("$<$<CXX_COMPILER_ID:GNU>:SHELL:--param ggc-min-heapsize=1000000>")

find_program(PRAETOR_CCACHE ccache)
if(PRAETOR_CCACHE)
  # Paths below the base directory are hashed relative to it: every checkout of the project shares one cache.
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
