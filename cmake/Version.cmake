# Writes build_info.cc: which sources this program was built from. Two modes:
#   include(cmake/Version.cmake)   defines the target rectune_build_info
#   cmake -D... -P Version.cmake   refreshes the file; part of every build, so that a new commit is
#                                  noticed without configuring again. Rewritten only on change.
# Works without git: an archive made by `git archive` carries its commit in archive_commit.txt
# (.gitattributes, export-subst); any other copy says "unknown".

if(NOT CMAKE_SCRIPT_MODE_FILE)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type_upper)
  string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type_upper}}" flags)
  set(generated_file ${PROJECT_BINARY_DIR}/generated/build_info.cc)
  set(refresh_command
      ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR} -D OUTPUT=${generated_file}
      -D RECTUNE_VERSION=${PROJECT_VERSION} "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
      "-DFLAGS=${flags}" "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}" "-DSANITIZE=${RECTUNE_SANITIZE}"
      -P ${CMAKE_CURRENT_LIST_FILE})
  execute_process(COMMAND ${refresh_command} COMMAND_ERROR_IS_FATAL ANY)
  add_custom_target(
    rectune_refresh_build_info
    COMMAND ${refresh_command}
    BYPRODUCTS ${generated_file}
    COMMENT "Checking which commit this is"
    VERBATIM)
  add_library(rectune_build_info STATIC ${generated_file})
  add_dependencies(rectune_build_info rectune_refresh_build_info)
  target_link_libraries(rectune_build_info PUBLIC rectune_options)
  return()
endif()

set(COMMIT "unknown")
set(DIRTY "false")
find_program(GIT git)
set(top "")
if(GIT)
  execute_process(
    COMMAND ${GIT} rev-parse --show-toplevel WORKING_DIRECTORY ${SOURCE_DIR}
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(top)
    file(REAL_PATH ${top} top)
  endif()
endif()
file(REAL_PATH ${SOURCE_DIR} source)
# An unpacked archive inside somebody else's repository must not take that one's commit.
if(top STREQUAL source)
  execute_process(
    COMMAND ${GIT} rev-parse HEAD WORKING_DIRECTORY ${SOURCE_DIR}
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  # Untracked files do not count: a source file is built only when a tracked CMakeLists names it.
  execute_process(
    COMMAND ${GIT} status --porcelain --untracked-files=no WORKING_DIRECTORY ${SOURCE_DIR}
    OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(head)
    set(COMMIT "${head}")
  endif()
  if(changes)
    set(DIRTY "true")
  endif()
else()
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/archive_commit.txt archived LIMIT_COUNT 1)
  if(archived MATCHES "^[0-9a-f]+$")
    set(COMMIT "${archived}")
  endif()
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/build_info.cc.in ${OUTPUT} @ONLY)
