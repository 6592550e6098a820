# shellcheck shell=bash
# Sourced by the tools: where the repository is, how many jobs, and how to talk. Not run itself.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
cd "$ROOT"

# One compile job a core; a smaller number helps where memory is short.
JOBS="${RECTUNE_JOBS:-$(nproc)}"

# Debian's own interpreter: a pyenv or conda python first on PATH may lack venv or be another version.
SYSTEM_PYTHON=/usr/bin/python3
VENV="$ROOT/.venv"
REQUIREMENTS="$ROOT/notebooks/requirements.txt"

# Lets a clone in another folder reuse objects: paths below the root are hashed relative to it.
# pch_defines and time_macros are what ccache asks for where precompiled headers are used.
export CCACHE_BASEDIR="$ROOT"
export CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $*"
  exit 1
}

# Configures a preset once (ninja reruns CMake by itself afterwards) and builds the given targets.
build_preset() {
  local preset="$1"
  shift
  if [[ ! -f "build/$preset/build.ninja" ]]; then
    cmake --preset "$preset" >&2
  fi
  ninja -C "build/$preset" -j "$JOBS" "$@" >&2
}

# The C++ files under version control or about to be; generated ones are not ours to format.
list_sources() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- '*.h' '*.cc' | sort -u |
      while read -r file; do [[ -f "$file" ]] && printf '%s\n' "$file"; done
  else
    find core sim agents baselines experiments benchmarks tests cmake \
      \( -name '*.h' -o -name '*.cc' \) -type f | sort
  fi
}
