#!/usr/bin/env bash
# Makes a real Asterisk in a folder, for an ordinary user and without Docker. Idempotent.
#
#   docker/asterisk-local.sh [--test]
#
# --test adds packages-test.txt. The folder is ARIFLOW_ASTERISK_ROOT, or .cache/asterisk of the project. The packages come
# from ARIFLOW_DEBIAN_MIRROR, or from the Debian archive that apt of this machine is configured with.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${ARIFLOW_ASTERISK_ROOT:-$(dirname "$here")/.cache/asterisk}
lists=("$here/packages.txt" "$here/packages-speech.txt" "$here/packages-hearing.txt")
[ "${1:-}" = --test ] && lists+=("$here/packages-test.txt")
max_download_mb=400
what=asterisk
. "$here/debian-folder.sh"

write_sources() {
  echo "deb [signed-by=$keyring] $mirror sid main" > "$apt/sources.list"
  echo "deb [signed-by=$keyring] $mirror bookworm main" >> "$apt/sources.list"
  # Of the older release just what its list names.
  cat > "$apt/preferences" << PINS
Package: *
Pin: release n=bookworm
Pin-Priority: -1

Package: $(packages_of "$here/packages-hearing.txt" | tr '\n' ' ')
Pin: release n=bookworm
Pin-Priority: 1001
PINS
}

# What the packages' own scripts would have done, and symlinks that point outside the folder.
repair() {
  local link target
  # These have alternatives, one of which is to be chosen.
  for target in lapack/liblapack.so.3 blas/libblas.so.3; do
    ln -sfn "$target" "$new/usr/lib/$triplet/$(basename "$target")"
  done
  ln -sfn en_US_f_Allison "$new/usr/share/asterisk/sounds/en"
  find "$new/usr" "$new/etc" "$new/var" -type l -lname '/*' 2> /dev/null | while read -r link; do
    target=$(readlink "$link")
    if [ -e "$new$target" ]; then ln -sfn "$(realpath -s --relative-to="$(dirname "$link")" "$new$target")" "$link"; fi
  done
}

# Runs a program of the folder as the daemon does.
check_program() {
  local program=$1 lib="$new/usr/lib/$triplet"
  shift
  ESPEAK_DATA_PATH="$lib" "$lib/$loader" --library-path "$lib:$lib/pulseaudio" "$new/usr/$program" "$@" > "$apt/output" 2>&1 ||
    fail "$program does not run here: $(tail -n 1 "$apt/output")"
}

check_programs() {
  local digits="$new/usr/share/pocketsphinx/test/data/tidigits"
  check_program sbin/asterisk -V
  check_program bin/espeak-ng --version
  check_program bin/sox --version
  check_program bin/pocketsphinx_continuous -infile /dev/null -hmm "$digits/hmm" -dict "$digits/lm/tidigits.dic" \
    -fsg "$digits/lm/tidigits.fsg" -logfn /dev/null
}

finish() {
  repair
  check_programs
}

make_folder
