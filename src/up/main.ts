#!/usr/bin/env node
import { messageOf } from '../core/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { up } from './up.ts';

const [stop, hurry] = [new AbortController(), new AbortController()];
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => (stop.signal.aborted ? hurry : stop).abort());

try {
  const print = (line: string): void => console.log(line);
  await up({ env: process.env, print, hurry: hurry.signal }, stop.signal);
} catch (error) {
  console.error(`ariflow: ${messageOf(error)}`);
  process.exitCode = exitCodeOf(error);
}
