# What asterisk-local.sh and chromium-local.sh share: Debian's packages in a folder, for an ordinary user. They are fetched with an
# apt state of their own and unpacked, never installed. A folder that is not whole is never taken for one that is.
#
# Whoever reads it has set `what` (its name, in messages), `root` (the folder), `lists` and `max_download_mb`, and has `write_sources`
# (which archives, in $apt) and `finish` (what is still to be done in $new, and whether it runs); then calls `make_folder`.
# shellcheck shell=bash disable=SC2154

say() { echo "$what: $*"; }
fail() { echo "$what: $*" >&2; exit 1; }

# What a list asks for, as one line; the scripts count too, because they decide how the folder looks.
stamp_of() { echo "$(basename "$1") $(cat "$1" "$0" "${BASH_SOURCE[0]}" | sha256sum | cut -c1-32)"; }

is_whole() {
  [ -f "$root/.stamp" ] || return 1
  local list
  for list in "${lists[@]}"; do grep -qxF "$(stamp_of "$list")" "$root/.stamp" || return 1; done
}

packages_of() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

check_machine() {
  [ "$(uname -s)" = Linux ] && command -v dpkg > /dev/null && command -v apt-get > /dev/null ||
    fail "this machine has no dpkg and apt-get: use \"docker compose -f docker/compose.yaml up\" instead"
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -r "$keyring" ] || fail "$keyring is missing: install the package debian-archive-keyring"
  case $(dpkg --print-architecture) in
    amd64) triplet=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
    arm64) triplet=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
    *) fail "no support for $(dpkg --print-architecture) in a folder: use \"docker compose -f docker/compose.yaml up\" instead" ;;
  esac
}

# A deb822 file as one-line sources, one per address and suite.
one_line_sources() {
  awk '
    function flush(  addresses, suites, key, i, j, n, m) {
      key = value["signed-by"] == "" ? "" : "[signed-by=" value["signed-by"] "] "
      n = split(value["uris"], addresses)
      m = split(value["suites"], suites)
      if (value["types"] " " ~ / deb / && tolower(value["enabled"]) !~ /^ *(no|false|off|0)/)
        for (i = 1; i <= n; i++) for (j = 1; j <= m; j++)
          print "deb " key addresses[i] " " suites[j] " " value["components"]
      split("", value)
    }
    /^#/ { next }
    /^[ \t\r]*$/ { flush(); next }
    /^[^ \t:]+:/ { field = tolower($0); sub(/:.*/, "", field); sub(/^[^:]*:/, "") }
    { gsub(/[ \t\r]+/, " "); value[field] = value[field] " " $0 }
    END { flush() }
  ' "$1"
}

# The first Debian archive among the sources of an apt directory, its own file first. Debian's key says what is one, else an
# address that ends in /debian: other repositories have such a one too, but Docker's has another component, others a key of
# their own.
mirror_in() {
  local file suites='(bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)(-updates)?'
  for file in "$1"/sources.list.d/debian.sources "$1"/sources.list "$1"/sources.list.d/*.{sources,list}; do
    if [ ! -r "$file" ]; then continue; fi
    case $file in
      *.sources) one_line_sources "$file" ;;
      *) cat "$file" && echo ;;
    esac
  done | sed -nE -e 's/#.*//; s/[[:space:]]+/ /g; s/ *$/ /; /signed-by=/{/debian-archive-/!d;}' \
    -e "/signed-by=/s#^ ?deb (\\[[^]]*\\] )?([a-z][a-z+]*:/[^ ]+) $suites ([^ ]+ )*main .*#\\2#p" \
    -e "s#^ ?deb (\\[[^]]*\\] )?([a-z][a-z+]*://[^/ ]+(/[^ ]+)?/debian/?|mirror\\+file:/[^ ]+/debian\\.list) $suites ([^ ]+ )*main .*#\\2#p" | sed -n 1p
}

# The Debian archive to take from: the one that is named, else the one this machine uses already.
find_mirror() {
  mirror=${ARIFLOW_DEBIAN_MIRROR:-$(mirror_in "$1" || true)}
  [ -n "$mirror" ] ||
    fail "apt of this machine names no Debian archive: set ARIFLOW_DEBIAN_MIRROR to one, such as http://deb.debian.org/debian"
  [[ $mirror =~ ^[a-z][a-z+]*:/[^[:space:]]+$ ]] || fail "ARIFLOW_DEBIAN_MIRROR: expected the address of a Debian archive"
}

# Of the machine's own apt configuration only how to download (proxies, certificates): no hooks, no package state.
write_apt_configuration() {
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  : > "$apt/status"
  write_sources
  {
    apt-config dump Acquire | grep '"'
    cat << CONF
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "$apt/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Cache::archives "$apt/cache/archives";
APT::Architecture "$(dpkg --print-architecture)";
APT::Architectures { "$(dpkg --print-architecture)"; };
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
CONF
  } > "$apt/apt.conf"
  export APT_CONFIG="$apt/apt.conf"
}

# Runs apt-get, several times if need be; what it has fetched already stays. Its errors come without the mirror's name.
fetch() {
  local try
  for try in 1 2 3; do
    if apt-get -qq "$@" > "$apt/output" 2>&1; then return 0; fi
    grep -q '^E: Unable to locate package' "$apt/output" && break
  done
  sed -nE 's#^E: (Failed to fetch|Unable to locate)#\1#p; s#^E: ##p' "$apt/output" |
    sed -E 's#[a-z+]+://[^ ]*/##' | head -n 5 | sed "s/^/$what: /" >&2
  return 1
}

download() {
  local wanted count megabytes
  mapfile -t wanted < <(packages_of "${lists[@]}")
  say "reading the package index"
  fetch update || fail "cannot read Debian's package index: ARIFLOW_DEBIAN_MIRROR names another archive"
  apt-get -qq --print-uris install "${wanted[@]}" > "$apt/uris" 2> "$apt/output" ||
    fail "$(sed -nE 's/^E: //p' "$apt/output" | head -n 1)"
  count=$(grep -c . "$apt/uris")
  megabytes=$(awk '{ bytes += $3 } END { printf "%d", bytes / 1000000 }' "$apt/uris")
  [ "$megabytes" -le "$max_download_mb" ] || fail "the packages have $megabytes MB, more than $max_download_mb MB"
  say "downloading $count packages, $megabytes MB"
  fetch --download-only install "${wanted[@]}" || fail "a package could not be downloaded"
}

unpack() {
  local package done=0 count
  count=$(find "$apt/cache/archives" -maxdepth 1 -name '*.deb' | wc -l)
  for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$new" 2> "$apt/output" ||
      fail "cannot unpack $(basename "$package" | cut -d_ -f1): $(tail -n 1 "$apt/output")"
    done=$((done + 1))
    if [ $((done % 50)) = 0 ] || [ "$done" = "$count" ]; then say "unpacked $done of $count packages"; fi
  done
  rm -rf "$new"/usr/share/{doc,man,info,locale,lintian,bash-completion}
}

make_folder() {
  local list
  if is_whole; then return 0; fi
  check_machine
  mkdir -p "$(dirname "$root")" || fail "cannot make $(dirname "$root")"
  root=$(cd "$(dirname "$root")" && pwd)/$(basename "$root")
  exec 9> "$root.lock"
  flock -n 9 || { say "waiting for another installation"; flock -w 900 9 || fail "another installation holds $root.lock"; }
  if is_whole; then return 0; fi
  # A folder that has the test tools keeps them.
  if grep -q '^packages-test.txt ' "$root/.stamp" 2> /dev/null && [[ " ${lists[*]} " != *packages-test.txt* ]]; then
    lists+=("$here/packages-test.txt")
  fi
  new=$root.new apt=$root.apt
  rm -rf "$new" "$apt" "$root.old"
  trap 'rm -rf "$new" "$apt" "$root.old"' EXIT
  find_mirror /etc/apt
  mkdir -p "$new"
  write_apt_configuration
  download
  unpack
  finish
  for list in "${lists[@]}"; do stamp_of "$list"; done > "$new/.stamp"
  if [ -e "$root" ]; then mv "$root" "$root.old"; fi
  mv "$new" "$root"
  say "ready in $root"
}
