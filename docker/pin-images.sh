#!/usr/bin/env bash
# Writes compose.digests.yaml: the base images of both Dockerfiles as their registry has them now, by digest. With it
#   docker compose -f docker/compose.yaml -f docker/compose.digests.yaml up --build
# builds from exactly these, whatever their tags say later. Run it again to take newer ones.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The images a Dockerfile begins with; not its own stages.
bases() {
  local stages
  stages=$(sed -n 's/^FROM .* AS \([^ ]*\)$/\1/p' "$1")
  sed -n 's/^FROM \([^ ]*\).*/\1/p' "$1" | sort -u | grep -vxF "${stages:-:}" || true
}

digest() {
  local found
  found=$(docker buildx imagetools inspect "$1" --format '{{.Manifest.Digest}}')
  [[ $found =~ ^sha256:[0-9a-f]{64}$ ]] || {
    echo "no digest of $1: $found" >&2
    return 1
  }
  echo "$found"
}

contexts() {
  local image found
  for image in $(bases "$here/$1"); do
    found=$(digest "$image")
    echo "        '$image': docker-image://$image@$found"
  done
}

daemon=$(contexts Dockerfile)
asterisk=$(contexts Dockerfile.asterisk)
cat > "$here/compose.digests.yaml" << END
# Made by pin-images.sh.
services:
  config:
    build:
      additional_contexts:
$daemon
  ariflow:
    build:
      additional_contexts:
$daemon
  asterisk:
    build:
      additional_contexts:
$asterisk
END
echo "wrote $here/compose.digests.yaml"
