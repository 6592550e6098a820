# rectune_options: language level, warnings as errors, sanitizers. Linked by every target of ours,
# never exported, so that no global flag reaches a dependency.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(rectune_options INTERFACE)
target_compile_features(rectune_options INTERFACE cxx_std_20)
target_include_directories(rectune_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
  rectune_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                            -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# Results must not depend on the machine: no contraction into fused multiply-adds (which -march=native
# would bring), no fast-math, and -march=native nowhere but in the `bench` preset. File names in
# messages are spelled from the root, so that a clone elsewhere writes the same bytes; the second map
# is for ccache, which hands the compiler paths relative to the build folder.
file(RELATIVE_PATH root_from_build ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
target_compile_options(
  rectune_options INTERFACE -ffp-contract=off -fno-fast-math -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
                            -ffile-prefix-map=${root_from_build}=)

# GCC 12 at -O3 sees an overlapping copy in "literal" + std::string that is not there (GCC PR 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(rectune_options INTERFACE -Wno-restrict)
  # Its AVX-512 header, which only the bench preset can bring in, leaves a value undefined on purpose
  # and warns of it (GCC PR 105593).
  if(CMAKE_CXX_FLAGS_RELEASE MATCHES "march")
    target_compile_options(rectune_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

set(RECTUNE_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
if(RECTUNE_SANITIZE)
  target_compile_options(rectune_options INTERFACE -fsanitize=${RECTUNE_SANITIZE}
                                                   -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC documents false alarms of this warning once sanitizers instrument the code; dev keeps it.
    target_compile_options(rectune_options INTERFACE -Wno-maybe-uninitialized)
  endif()
  target_link_options(rectune_options INTERFACE -fsanitize=${RECTUNE_SANITIZE})
  if(RECTUNE_SANITIZE MATCHES undefined)
    # Checks of every pointer that is followed take a third of the time to compile. A null or stale
    # one still stops the program; a misaligned one, or one of the wrong class, goes unseen. Checks of
    # arithmetic, bounds, casts and returns remain.
    target_compile_options(rectune_options INTERFACE -fno-sanitize=null,alignment,vptr,object-size)
  endif()
endif()

# What nearly every source includes, parsed once: a third of a cold build. Sources still name all that
# they use. The presets that optimise build without, which shows one that does not: at -O3, GCC 12 takes
# the standard library in a precompiled header for our code, and warns of it (as in GCC PR 105651).
add_library(rectune_precompiled STATIC ${CMAKE_CURRENT_LIST_DIR}/precompiled.cc)
target_link_libraries(rectune_precompiled PUBLIC rectune_options nlohmann_json::nlohmann_json)
target_precompile_headers(rectune_precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.h)

# rectune_apart(a.cc): sources with a helper that is named as a neighbour's is. Where several sources
# make one compilation (the presets ci, asan-ubsan and tsan), these are compiled alone. What dev takes
# and ci calls a redefinition belongs here, or gets a better name.
function(rectune_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# rectune_library(core SOURCES a.cc b.cc LINKS Eigen3::Eigen)
function(rectune_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(rectune_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(rectune_${name} PUBLIC rectune_options ${ARG_LINKS})
  target_precompile_headers(rectune_${name} REUSE_FROM rectune_precompiled)
endfunction()
