import { whileStarting } from './v8-options.ts';

// To be imported first by what a daemon begins with: by then all that it imports has been loaded, of what was compiled beforehand, and nothing of it has
// run yet. What packages ask for only when they run is loaded here, for the same reason.

const asked = [
  'assert',
  'cluster',
  'crypto',
  'dgram',
  'dns',
  'http',
  'https',
  'net',
  'perf_hooks',
  'tls',
  'tty',
];

for (const name of asked) process.getBuiltinModule(`node:${name}`);
whileStarting();
