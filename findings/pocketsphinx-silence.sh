#!/usr/bin/env bash
# After a second of digital silence pocketsphinx hears nothing of what is said: no word, no error, exit 0. Measured with Debian 12's
# pocketsphinx (0.8+5prealpha+1-15) and its digits model. Needs apt-get and dpkg on amd64; nothing is installed.
#
# A voice says "four seven", at 8 kHz, with a second of silence behind it and some in front.
#
#  Expected: "four seven", whatever the silence in front.
#  Seen: up to 0.9 s of zeros in front it is; from 1 s on nothing is written at all. With -remove_silence no it is heard again, but
#  then no end of an utterance is found before the end of the input.
#
# A telephone that suppresses silence, a prompt and padding give such zeros.
set -euo pipefail
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# An apt of its own, which knows of this machine only how to download.
mkdir -p apt/lists/partial apt/archives/partial
: > apt/status
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > apt/sources.list
{
  apt-config dump Acquire | grep '"'
  echo 'Dir::Etc::main "/dev/null"; Dir::Etc::parts "/dev/null"; Dir::Etc::sourceparts "/dev/null";'
  echo 'Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";'
  echo "Dir::Etc::sourcelist \"$folder/apt/sources.list\"; Dir::State \"$folder/apt\"; Dir::Cache \"$folder/apt\";"
  echo "Dir::State::status \"$folder/apt/status\"; APT::Install-Recommends \"false\"; APT::Sandbox::User \"\";"
} > apt/apt.conf
export APT_CONFIG=$folder/apt/apt.conf
apt-get -qq update > apt/log
apt-get -qq --yes --download-only install pocketsphinx pocketsphinx-testdata flite sox >> apt/log
for package in apt/archives/*.deb; do dpkg-deb -x "$package" root; done

lib=$folder/root/usr/lib/x86_64-linux-gnu
run() {
  "$folder/root/lib64/ld-linux-x86-64.so.2" --library-path \
    "$lib:$folder/root/lib/x86_64-linux-gnu:$lib/lapack:$lib/blas:$lib/pulseaudio" "$folder/root/usr/bin/$1" "${@:2}"
}
run flite -voice rms -t "four seven" -o speech.wav
trim="silence 1 0.02 0.5% reverse silence 1 0.02 0.5% reverse"
# shellcheck disable=SC2086 # an effect with its values
run sox speech.wav -t raw -r 8000 -e signed -b 16 -c 1 speech.raw $trim

digits=$folder/root/usr/share/pocketsphinx/test/data/tidigits
heard() { # silence in front in milliseconds, options
  { head -c $(($1 * 16)) /dev/zero && cat speech.raw && head -c 16000 /dev/zero; } > padded.raw
  run pocketsphinx_continuous -infile padded.raw -samprate 8000 -seed 1 -hmm "$digits/hmm" -dict "$digits/lm/tidigits.dic" \
    -fsg "$digits/lm/tidigits.fsg" -logfn /dev/null "${@:2}"
}
changed=0
for silence in 300 900 1000 1500 3000; do
  text=$(heard "$silence")
  expected=$([ "$silence" -lt 1000 ] && echo "four seven" || true)
  [ "$text" = "$expected" ] || changed=1
  echo "$silence ms of silence in front: ${text:-nothing}$([ "$text" = "$expected" ] || echo '   <- no longer so')"
done
text=$(heard 3000 -remove_silence no)
echo "3000 ms, -remove_silence no: ${text:-nothing}"
exit "$changed"
