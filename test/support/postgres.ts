import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from '../../src/core/process-identity.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { freePort } from './free-port.ts';
import { installPostgres, type PostgresPrograms } from './postgres-install.ts';
import { eventually } from './until.ts';

const prefix = 'ariflow-postgres-';
const user = 'ariflow';

/** What makes a server small, quick and quiet; a crash of the server, not of the machine, is all it must survive. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '60',
  shared_buffers: '32MB',
};

/** Of all that are not empty: most are. */
const emptyTables = `
  do $$
  declare
    name text;
    filled text;
    is_filled boolean;
  begin
    for name in select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%' loop
      execute format('select exists (select from %I)', name) into is_filled;
      if is_filled then filled := concat_ws(', ', filled, quote_ident(name)); end if;
    end loop;
    if filled is not null then execute 'truncate ' || filled || ' restart identity cascade'; end if;
    insert into extensions select * from first.extensions;
  end $$`;

export interface BorrowedDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A PostgreSQL server of one's own on a free port, gone with this process at the latest. */
export class TestPostgres implements AsyncDisposable {
  readonly #folder: string;
  readonly #programs: PostgresPrograms;
  readonly #port: number;
  #server: ChildProcess | undefined;
  #databases = 0;
  #withTables: Promise<string> | undefined;
  readonly #free: string[] = [];
  readonly #endWithUs = (): void => void this.#server?.kill('SIGQUIT');

  private constructor(folder: string, programs: PostgresPrograms, port: number) {
    this.#folder = folder;
    this.#programs = programs;
    this.#port = port;
    process.once('exit', this.#endWithUs);
  }

  static async start(): Promise<TestPostgres> {
    const programs = await installPostgres();
    removeLeftovers();
    const folder = mkdtempSync(join(tmpdir(), prefix));
    writeFileSync(join(folder, 'owner.json'), JSON.stringify(identityOf(process.pid)));
    const server = new TestPostgres(folder, programs, await freePort('tcp'));
    try {
      await server.#initialise();
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** A new, empty database; its URL. Its language is not ours, as on many machines. */
  async createDatabase(): Promise<string> {
    const isIcuThere = (await this.query<{ server_version_num: string }>('show server_version_num'))[0];
    const collation = Number(isIcuThere?.server_version_num) >= 150_000;
    return this.#create(collation ? "template template0 locale_provider icu icu_locale 'en-US'" : '');
  }

  /** A new one with the tables of a store, in which nothing is yet: they are made once, and copied. */
  async createStoreDatabase(): Promise<string> {
    this.#withTables ??= this.#createWithTables();
    return this.#create(`template ${new URL(await this.#withTables).pathname.slice(1)}`);
  }

  /** The same, to be given back when its connections are closed: the next who borrows one finds it empty. Making one takes ten times as long. */
  async borrowStoreDatabase(): Promise<BorrowedDatabase> {
    const url = this.#free.pop() ?? (await this.createStoreDatabase());
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        await this.query(emptyTables, url);
        this.#free.push(url);
      },
    };
  }

  /** Runs a query as the owner of everything. */
  async query<R extends pg.QueryResultRow>(sql: string, url = this.#url('postgres')): Promise<R[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<R>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts the server, again after `crash` on the same port and data. */
  async start(): Promise<void> {
    const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    this.#server = spawn(
      join(this.#programs.directory, 'postgres'),
      ['-D', this.#data, '-p', String(this.#port), ...args],
      { ...this.#account(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let output = '';
    this.#server.stderr?.on('data', (text) => {
      output = (output + String(text)).slice(-2_000);
    });
    const isUp = (): Promise<boolean> =>
      this.query('select 1').then(
        () => true,
        () => false,
      );
    await eventually(isUp, { timeout: 20_000, what: () => `PostgreSQL to answer\n${output}` });
  }

  /** Ends the server at once, in the middle of whatever it does. */
  async crash(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGQUIT');
    await gone;
  }

  async stop(): Promise<void> {
    await this.crash();
    process.off('exit', this.#endWithUs);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #createWithTables(): Promise<string> {
    const url = await this.createDatabase();
    await (await openStore(url)).close();
    await this.query('create schema first; create table first.extensions as table extensions', url);
    return url;
  }

  async #create(how: string): Promise<string> {
    const name = `test${++this.#databases}`;
    await this.query(`create database ${name} ${how}`);
    return this.#url(name);
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  #url(database: string): string {
    return `postgres://${user}@127.0.0.1:${this.#port}/${database}`;
  }

  async #initialise(): Promise<void> {
    mkdirSync(this.#data, { mode: 0o700 });
    const { uid, gid } = this.#account();
    if (uid !== undefined && gid !== undefined) {
      chownSync(this.#folder, uid, gid);
      chownSync(this.#data, uid, gid);
    }
    const args = ['-D', this.#data, '-U', user, '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
    await promisify(execFile)(join(this.#programs.directory, 'initdb'), args, this.#account());
  }

  /** PostgreSQL refuses to run as root: then somebody does who has no rights at all. */
  #account(): { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv } {
    const common = { cwd: this.#folder, env: { ...process.env, ...this.#programs.env } };
    if (process.getuid?.() !== 0) return common;
    const line = readFileSync('/etc/passwd', 'utf8').match(/^(?:postgres|nobody):[^:]*:(\d+):(\d+):/m);
    return { ...common, uid: Number(line?.[1] ?? 65_534), gid: Number(line?.[2] ?? 65_534) };
  }
}

/** What a test process that was killed could not take with it. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const owner = readOwner(join(folder, 'owner.json'));
    if (!owner || isRunning(owner)) continue;
    const pid = Number(readText(join(folder, 'data', 'postmaster.pid')).split('\n')[0]);
    const isOurs = readText(`/proc/${pid}/cmdline`).includes(folder);
    const server = isOurs ? identityOf(pid) : undefined;
    if (server) signalProcess(server, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOwner(file: string): ProcessIdentity | undefined {
  const text = readText(file);
  return text === '' ? undefined : (JSON.parse(text) as ProcessIdentity); // written by a run of this file
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
