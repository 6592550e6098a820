#!/usr/bin/env bash
# tools/install against a made-up system: stand-ins for dpkg-query, apt-get, id and sudo, first on
# PATH, answer from files. Prints what broke and exits 1; silent otherwise.
set -euo pipefail

source_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/tools" "$scratch/bin"
cp "$source_root"/tools/{install,common.sh} "$scratch/tools/"

stub() { printf '#!/bin/bash\n%s\n' "$2" >"$scratch/bin/$1" && chmod +x "$scratch/bin/$1"; }
stub dpkg-query 'grep -m1 "^${!#} " "$SCRATCH/installed" | sed "s/^[^ ]* /ii  /" | grep . '
stub apt-get 'echo "$*" >>"$SCRATCH/apt.log"; exit "${APT_STATUS:-0}"'
stub id 'echo "${FAKE_UID:-0}"'
stub sudo 'exit 1'
export SCRATCH="$scratch" PATH="$scratch/bin:$PATH"

broken=0
# check TITLE EXPECTED_STATUS EXPECTED_TEXT [VARIABLE=VALUE...]: runs `tools/install build`.
check() {
  local title="$1" expected="$2" text="$3" status=0 output
  shift 3
  : >"$scratch/apt.log"
  output="$(env "$@" "$scratch/tools/install" build 2>&1 </dev/null)" || status=$?
  output+="$(sed 's/^/ apt-get /' "$scratch/apt.log")"
  if [[ "$status" != "$expected" || "$output" != *"$text"* ]]; then
    printf '%s: exit status %s, wanted %s with "%s"; said:\n%s\n' "$title" "$status" "$expected" "$text" "$output"
    broken=1
  fi
}

cat >"$scratch/tools/packages.txt" <<'END'
[build]
exact = 1.0-1   # a remark
floor >= 2:1.20
[test]
other = 9
END

printf 'exact 1.0-1\nfloor 2:1.10\n' >"$scratch/installed"
check "too old" 2 "floor is 2:1.10, wanted >= 2:1.20"
check "too old, accepted" 0 "floor is 2:1.10" RECTUNE_ANY_VERSION=1

printf 'exact 1.0-1\nfloor 2:1.10.0\n' >"$scratch/installed"
sed -i 's/floor >= .*/floor >= 2:1.9/' "$scratch/tools/packages.txt"
check "everything there" 0 ""
[[ ! -s "$scratch/apt.log" ]] || { echo "everything there: apt-get was called all the same"; broken=1; }

printf 'floor 2:1.10.0\n' >"$scratch/installed"
check "missing, as root" 0 "install --no-install-recommends exact=1.0-1"
check "missing, another version allowed" 0 "install --no-install-recommends exact" RECTUNE_ANY_VERSION=1
check "missing, neither root nor sudo" 2 "apt-get install exact=1.0-1" FAKE_UID=1000
check "missing, not in the archive" 2 "pins are for Debian 12" APT_STATUS=100

printf 'exact 1.0-2\nfloor 2:1.10.0\n' >"$scratch/installed"
check "not the pinned one" 2 "exact is 1.0-2, wanted = 1.0-1"

echo 'exact 1.0' >>"$scratch/tools/packages.txt"
sed -i 's/\[test\]/[build]/' "$scratch/tools/packages.txt"
check "a line without an operator" 1 "cannot read"

exit "$broken"
