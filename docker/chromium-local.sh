#!/usr/bin/env bash
# Makes a Chromium in a folder for the tests of the console, for an ordinary user: Debian's packages, unpacked. Idempotent.
#
#   docker/chromium-local.sh
#
# The folder is ARIFLOW_CHROMIUM_ROOT, or .cache/chromium of the project; `chromium` in it is the program. Its libraries are those of the
# folder, but for the C library: a browser starts itself again by its own name, so it has to run with the loader of the machine.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${ARIFLOW_CHROMIUM_ROOT:-$(dirname "$here")/.cache/chromium}
lists=("$here/packages-browser.txt")
max_download_mb=300
what=chromium
. "$here/debian-folder.sh"

write_sources() {
  echo "deb [signed-by=$keyring] $mirror bookworm main" > "$apt/sources.list"
  : > "$apt/preferences"
}

check_runs() {
  "$new/chromium" --version > "$apt/output" 2>&1 || fail "it does not run here: $(tail -n 1 "$apt/output")"
}

write_starter() {
  rm -f "$new"/usr/lib/"$triplet"/{ld-linux*,libc.so*,libm.so*,libpthread.so*,libdl.so*,librt.so*,libresolv.so*,libmvec.so*,libnss_*}
  cat > "$new/chromium" << 'STARTER'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
lib=$(echo "$here"/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH="$lib:$lib/pulseaudio" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/usr/lib/chromium/chromium" "$@"
STARTER
  cat > "$new/fonts.conf" << FONTS
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$root/usr/share/fonts</dir><cachedir prefix="xdg">ariflow-fonts</cachedir></fontconfig>
FONTS
  chmod +x "$new/chromium"
}

finish() {
  write_starter
  check_runs
}

make_folder
