#!/usr/bin/env node
import { messageOf } from '../core/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { up } from './up.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());

try {
  await up({ env: process.env, print: (line) => console.log(line) }, stop.signal);
} catch (error) {
  console.error(`ariflow: ${messageOf(error)}`);
  process.exitCode = exitCodeOf(error);
}
