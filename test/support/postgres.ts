import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from '../../src/asterisk/process-identity.ts';
import { freePort } from './free-port.ts';
import { installedPostgres } from './postgres-install.ts';
import { type Account, accountForServers, asAccount } from './postgres-account.ts';
import { eventually } from './until.ts';

const run = promisify(execFile);

/** A PostgreSQL of one's own, with nothing in it. */
export interface TestPostgres extends AsyncDisposable {
  /** A new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends the server at once, as a crash would; `start` brings it back on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}
