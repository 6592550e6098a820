// SPDX-License-Identifier: Apache-2.0
#include "agents/derived_file.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rectune::agents {

void WriteDerivedFile(const std::filesystem::path& file, std::string_view bytes) {
  {
    std::ifstream in(file, std::ios::binary);
    if (in) {
      std::ostringstream present;
      present << in.rdbuf();
      if (present.str() == bytes) return;
    }
  }
  std::filesystem::create_directories(file.parent_path());
  const std::filesystem::path temporary = file.string() + ".part";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + temporary.string());
  std::filesystem::rename(temporary, file);
}

}  // namespace rectune::agents
