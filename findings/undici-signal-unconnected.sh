#!/usr/bin/env bash
# A signal that ends a request of undici does nothing while there is no connection: whoever allows a host 300 ms waits until
# the connection is given up, ten seconds unless set otherwise. `fetch` of the same version ends at once. The request that
# was ended is never sent, also where the connection then comes. Measured with undici 8.12.4. Needs Linux, Node.js and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund undici@8.12.4 >> npm.log
cat > server.cjs << 'JS'
// Of a process that is stopped the kernel takes two connections here, and drops what else comes.
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.stdout.write(String(server.address().port));
  process.kill(process.pid, 'SIGSTOP');
});
JS
cat > measure.mjs << 'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, fetch, request } from 'undici';

const child = spawn(process.execPath, ['server.cjs'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [port] = await once(child.stdout, 'data');
for (let taken = 0; taken < 2; taken++) await once(connect(Number(port), '127.0.0.1'), 'connect');

const url = `http://127.0.0.1:${port}/`;
const patience = 4_000;
async function waited(ask) {
  const dispatcher = new Agent({ connect: { timeout: patience } });
  const began = performance.now();
  await ask(url, { dispatcher, signal: AbortSignal.timeout(300) }).catch(() => undefined);
  return Math.round(performance.now() - began);
}
const [asked, fetched] = [await waited(request), await waited(fetch)];
child.kill('SIGKILL');
console.log(`undici 8.12.4, a signal after 300 ms, a connection given up after ${patience} ms`);
console.log(`request: ${asked} ms, fetch: ${fetched} ms`);
const isAsMeasured = asked > patience - 500 && fetched < 2_000;
if (!isAsMeasured) console.log('   <- no longer so');
process.exit(isAsMeasured ? 0 : 1);
JS
node measure.mjs
