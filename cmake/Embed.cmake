# rectune_embed(OUT file.cc HEADER sim/scenarios/embedded.h FUNCTION rectune::sim::EmbeddedScenarios
#               FILES a.json b.json)
# writes a .cc that defines FUNCTION (declared in HEADER) returning the files by name, so that the
# program needs no data file at run time. Editing a file re-runs CMake.
function(rectune_embed)
  cmake_parse_arguments(ARG "" "OUT;HEADER;FUNCTION" "FILES" ${ARGN})
  set(entries "")
  foreach(file ${ARG_FILES})
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(stem ${file} NAME)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} text)
    # A string literal may hold 65,536 characters at most by the standard: cut longer files.
    string(LENGTH "${text}" length)
    set(literals "")
    set(begin 0)
    while(begin LESS length)
      string(SUBSTRING "${text}" ${begin} 16000 piece)
      string(APPEND literals "\n     R\"EMBED(${piece})EMBED\"")
      math(EXPR begin "${begin} + 16000")
    endwhile()
    string(APPEND entries "    {\"${stem}\",${literals}},\n")
  endforeach()
  string(REGEX MATCH "^(.*)::([^:]+)$" matched ${ARG_FUNCTION})
  file(CONFIGURE OUTPUT ${ARG_OUT} @ONLY CONTENT
"// Generated from the files it holds; do not edit.
#include \"@ARG_HEADER@\"

namespace ${CMAKE_MATCH_1} {

const std::vector<EmbeddedFile>& ${CMAKE_MATCH_2}() {
  static const std::vector<EmbeddedFile> files = {
@entries@  };
  return files;
}

}  // namespace ${CMAKE_MATCH_1}
")
endfunction()
