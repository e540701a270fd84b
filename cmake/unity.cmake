# Sources are small, and most of the time to compile one goes into instantiating the same templates. So several sources
# of a folder are compiled as one translation unit. OFF, as in the dev preset, compiles every file by itself, which
# verifies that it includes what it uses.
option(PRAETOR_UNITY "Compile several source files as one translation unit" ON)

# Files are added and grow, so any two of a folder may meet in one unit. The asan preset has whole folders as units: names
# that two files of a folder declare differently are found there.
set(PRAETOR_UNITY_BYTES 65536 CACHE STRING "Source text in a translation unit; one larger file is compiled by itself")

# praetor_unity_of(<result> <label> <files...>): the translation units, named <label>_<n>.cpp, that include these files
# by their paths relative to the project, so that all checkouts share a compiler cache.
function(praetor_unity_of result label)
  set(texts "")
  set(text "")
  set(bytes 0)
  foreach(source IN LISTS ARGN)
    file(SIZE ${source} size)
    math(EXPR bytes "${bytes} + ${size}")
    if(text AND bytes GREATER PRAETOR_UNITY_BYTES)
      list(APPEND texts "${text}")
      set(text "")
      set(bytes ${size})
    endif()
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE relative)
    string(APPEND text "#include \"${relative}\"\n")
  endforeach()
  set(number 0)
  set(units "")
  foreach(each IN LISTS texts text)
    math(EXPR number "${number} + 1")
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/${label}_${number}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${each}" @ONLY)
    list(APPEND units ${unit})
  endforeach()
  set(${result} ${units} PARENT_SCOPE)
endfunction()

# praetor_sources(<target> LABEL <label> FILES <files...> [WHERE <regex> DEFINITIONS <definitions...>])
# Adds the files to the target. Files with a line that matches the expression are compiled in separate translation units
# with the definitions.
function(praetor_sources target)
  cmake_parse_arguments(ARG "" "LABEL;WHERE" "FILES;DEFINITIONS" ${ARGN})
  set(plain "")
  set(special "")
  foreach(source IN LISTS ARG_FILES)
    set(matches "")
    if(ARG_WHERE)
      file(STRINGS ${source} matches REGEX "${ARG_WHERE}" LIMIT_COUNT 1)
    endif()
    if(matches)
      list(APPEND special ${source})
    else()
      list(APPEND plain ${source})
    endif()
  endforeach()
  if(PRAETOR_UNITY)
    praetor_unity_of(plain ${ARG_LABEL} ${plain})
    praetor_unity_of(special ${ARG_LABEL}_defined ${special})
  endif()
  if(special AND ARG_DEFINITIONS)
    set_source_files_properties(${special} PROPERTIES COMPILE_DEFINITIONS "${ARG_DEFINITIONS}")
  endif()
  target_sources(${target} PRIVATE ${plain} ${special})
endfunction()
