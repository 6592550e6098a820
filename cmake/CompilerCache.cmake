# Compiles through ccache when it is there; -DCMAKE_CXX_COMPILER_LAUNCHER= turns that off.
# Read before project() enables a language, where CMake takes the launcher's default.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(RECTUNE_CCACHE ccache)
  mark_as_advanced(RECTUNE_CCACHE)
  if(RECTUNE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${RECTUNE_CCACHE} CACHE STRING "Compiler launcher")
  endif()
endif()
