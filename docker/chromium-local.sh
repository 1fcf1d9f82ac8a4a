#!/usr/bin/env bash
# Makes a Chromium in a folder for the tests of the console, for an ordinary user: Debian's packages, fetched and unpacked as those of
# Asterisk are (asterisk-local.sh), never installed. Idempotent.
#
#   docker/chromium-local.sh
#
# The folder is ARIFLOW_CHROMIUM_ROOT, or .cache/chromium of the project; `chromium` in it is the program. Its libraries are those of the
# folder, but for the C library: a browser starts itself again by its own name, so it has to run with the loader of the machine.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# How packages are found, fetched and unpacked: all functions of that script, and nothing that it does by itself.
eval "$(sed -n '/^say() /,/^check_program() /p' "$here/asterisk-local.sh" | sed -e '$d' -e 's/asterisk: /chromium: /g')"

root=${ARIFLOW_CHROMIUM_ROOT:-$(dirname "$here")/.cache/chromium}
lists=("$here/packages-browser.txt")
max_download_mb=300

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

if is_whole; then exit 0; fi
check_machine
mkdir -p "$(dirname "$root")" || fail "cannot make $(dirname "$root")"
root=$(cd "$(dirname "$root")" && pwd)/$(basename "$root")
exec 9> "$root.lock"
flock -w 900 9 || fail "another installation holds $root.lock"
if is_whole; then exit 0; fi

new=$root.new apt=$root.apt
rm -rf "$new" "$apt" "$root.old"
trap 'rm -rf "$new" "$apt" "$root.old"' EXIT
find_mirror /etc/apt
mkdir -p "$new"
write_apt_configuration
echo "deb [signed-by=$keyring] $mirror bookworm main" > "$apt/sources.list"
: > "$apt/preferences"
download
unpack
write_starter
check_runs
stamp_of "${lists[0]}" > "$new/.stamp"
if [ -e "$root" ]; then mv "$root" "$root.old"; fi
mv "$new" "$root"
say "ready in $root"
