import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isSuitableVersion } from '../../../src/asterisk/install.ts';
import { type OwnedProcess, startProcess } from '../../../src/asterisk/owned-process.ts';
import { tcpPortProblem, udpPortProblem } from '../../../src/asterisk/port-problems.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { apiUrl } from '../../../src/config/reachable.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { asteriskRoot, localTool } from '../../../src/core/local-tool.ts';
import { folderIdentity, identityOf, isRunning, signalProcess } from '../../../src/core/process-identity.ts';
import { exitCodeOf, UpError } from '../../../src/up/exit-codes.ts';
import { keepRunning, type Program, pauseAfter } from '../../../src/up/keep-running.ts';
import { restartDaemon } from '../../../src/up/restart-daemon.ts';
import { claimDataDir } from '../../../src/up/run-record.ts';
import { surroundingsOf, withListeningPort } from '../../../src/up/surroundings.ts';
import { until } from '../../support/until.ts';

const noFile = { ARIFLOW_CONFIG: '/dev/null' };

function givenDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'ariflow-record-'));
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

const sleeper = () => startProcess('sleep', ['60'], { env: process.env, stdio: 'ignore' });

/** A program whose processes end as told: `ready` after it was ready, a code at once. */
function givenProgram(ends: readonly ('ready' | number)[], lasts: AbortController) {
  const starts: number[] = [];
  const program: Program = {
    name: 'the program',
    firstAttempts: 2,
    grace: 0,
    untilReady: (signal) =>
      ends[starts.length - 1] === 'ready'
        ? Promise.resolve()
        : new Promise((_, reject) => signal.addEventListener('abort', reject)),
    start: () => {
      starts.push(performance.now());
      const end = ends[starts.length - 1];
      if (end === undefined) lasts.abort();
      const code = end === 'ready' ? 0 : (end ?? 0);
      const exited = new Promise<{ code: number; signal: null }>((resolve) => {
        if (end !== undefined) setImmediate(() => resolve({ code, signal: null }));
      });
      return Promise.resolve({ pid: 1, exited, stop: () => Promise.resolve() } satisfies OwnedProcess);
    },
  };
  return { program, starts };
}

describe('keeping a program running', () => {
  const keep = async (ends: readonly ('ready' | number)[]) => {
    const lasts = new AbortController();
    const { program, starts } = givenProgram(ends, lasts);
    const reports: string[] = [];
    const watch = { onReady: () => undefined, report: (line: string) => reports.push(line) };
    await keepRunning(program, watch, lasts.signal);
    return { starts, reports };
  };

  test('starts it again at once after it was ready, however often', async () => {
    const { starts, reports } = await keep(['ready', 'ready', 'ready', 'ready']);
    expect(starts).toHaveLength(5);
    expect((starts[4] ?? 0) - (starts[0] ?? 0)).toBeLessThan(
      pauseAfter(1) + pauseAfter(2) + pauseAfter(3) + pauseAfter(4),
    ); // had it not been ready
    expect(reports[0]).toBe('the program ended (exit code 0): starting it again');
  });

  test('pauses longer and longer while it never becomes ready', async () => {
    expect([0, 1, 2, 3, 4, 9, 99].map(pauseAfter)).toEqual([0, 250, 500, 1_000, 2_000, 10_000, 10_000]);
    const { starts } = await keep(['ready', 1]);
    expect((starts[2] ?? 0) - (starts[1] ?? 0)).toBeGreaterThan(200); // timers round
  });

  test('gives up on one that was never ready, and on a wrong configuration', async () => {
    await expect(keep([3, 3])).rejects.toThrow('the program does not start: exit code 3');
    const refusal = await keep([78]).catch((error: unknown) => error);
    expect(exitCodeOf(refusal)).toBe(78);
    expect(exitCodeOf(new ConfigurationError('x'))).toBe(78);
    expect(exitCodeOf(new UpError('x'))).toBe(1);
  });
});

describe('the record of a run', () => {
  test('keeps a second one out of the data directory, and goes with the run', async () => {
    using place = givenDirectory();
    {
      using _first = await claimDataDir(place.directory, () => undefined);
      await expect(claimDataDir(place.directory, () => undefined)).rejects.toThrow(
        /already up in .* stop that one/,
      );
    }
    using _second = await claimDataDir(place.directory, () => undefined);
  });

  test('ends what a killed run left behind, and nobody else', async () => {
    using place = givenDirectory();
    const [left, other] = [await sleeper(), await sleeper()];
    const dead = { pid: process.pid, started: 'before' };
    const record = {
      up: dead,
      daemon: identityOf(left.pid),
      asterisk: { pid: other.pid, started: 'before' },
      folder: folderIdentity(place.directory),
    };
    writeFileSync(join(place.directory, 'up.json'), JSON.stringify(record));
    const printed: string[] = [];
    using claim = await claimDataDir(place.directory, (line) => printed.push(line));
    expect(printed).toEqual([`ending process ${left.pid}, which a killed run left behind`]);
    expect(await left.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(identityOf(other.pid)).toBeDefined();
    claim.note('asterisk', other.pid);
    const noted: unknown = JSON.parse(readFileSync(join(place.directory, 'up.json'), 'utf8'));
    expect(noted).toEqual({
      up: identityOf(process.pid),
      asterisk: identityOf(other.pid),
      folder: folderIdentity(place.directory),
    });
    await other.stop(1_000);
  });

  test('in a copy of the data directory speaks of nobody, whether the original runs or was killed', async () => {
    using place = givenDirectory();
    using copy = givenDirectory();
    const [daemon, asterisk] = [await sleeper(), await sleeper()];
    using claim = await claimDataDir(place.directory, () => undefined);
    claim.note('daemon', daemon.pid);
    claim.note('asterisk', asterisk.pid);
    const record = readFileSync(join(place.directory, 'up.json'), 'utf8');
    const killed = record.replace(String(identityOf(process.pid)?.started), 'before');
    for (const copied of [record, killed]) {
      writeFileSync(join(copy.directory, 'up.json'), copied);
      const printed: string[] = [];
      using _other = await claimDataDir(copy.directory, (line) => printed.push(line));
      expect(printed).toEqual([]);
    }
    expect([daemon, asterisk].map(({ pid }) => identityOf(pid) !== undefined)).toEqual([true, true]);
    await Promise.all([daemon.stop(1_000), asterisk.stop(1_000)]);
  });

  test('survives a record that was cut off', async () => {
    using place = givenDirectory();
    writeFileSync(join(place.directory, 'up.json'), '{"up":');
    using _claim = await claimDataDir(place.directory, () => undefined);
  });
});

describe('restarting the daemon', () => {
  test('ends the one that `up` has started and waits until its successor is ready', async () => {
    using place = givenDirectory();
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server has one
    const config = loadConfig({
      ...noFile,
      ARIFLOW_DATA_DIR: place.directory,
      ARIFLOW_API_PORT: String(port),
    });
    const [first, second] = [await sleeper(), await sleeper()];
    using claim = await claimDataDir(place.directory, () => undefined);
    claim.note('daemon', first.pid);
    let isOver = false;
    const restarted = restartDaemon(config, AbortSignal.timeout(20_000)).then(() => {
      isOver = true;
    });
    expect(await first.exited).toEqual({ code: null, signal: 'SIGUSR2' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isOver).toBe(false);
    claim.note('daemon', second.pid);
    await restarted;
    expect(identityOf(second.pid)).toBeDefined();
    await second.stop(1_000);
    server.close();
  });

  test('refuses where no `up` runs, or its daemon does not', async () => {
    using place = givenDirectory();
    const config = loadConfig({ ...noFile, ARIFLOW_DATA_DIR: place.directory });
    const restart = () => restartDaemon(config, AbortSignal.timeout(1_000));
    await expect(restart()).rejects.toThrow(/no daemon of `npm run up` runs in/);
    using _claim = await claimDataDir(place.directory, () => undefined);
    await expect(restart()).rejects.toThrow(UpError);
  });
});

describe('a process', () => {
  test('is told from a later one with the same number, and counts as gone once it has ended', async () => {
    const running = await sleeper();
    const identity = identityOf(running.pid);
    if (!identity) throw new Error('not running');
    expect(isRunning(identity)).toBe(true);
    expect(isRunning({ ...identity, started: 'another time' })).toBe(false);
    signalProcess({ ...identity, started: 'another time' }, 'SIGKILL');
    expect(isRunning(identity)).toBe(true);
    signalProcess(identity, 'SIGKILL');
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(isRunning(identity)).toBe(false);
  });

  test('that does not end when told is killed, with what it started', async () => {
    const script = 'trap "" TERM; sleep 61 & echo $!; wait; wait';
    const directory = mkdtempSync(join(tmpdir(), 'ariflow-stubborn-'));
    const stubborn = await startProcess('bash', ['-c', `(${script}) > ${directory}/pid`], {
      env: process.env,
      stdio: 'ignore',
    });
    const child = await until(
      () => Number(readFileSync(join(directory, 'pid'), { flag: 'a+' }).toString()) || undefined,
    );
    await stubborn.stop(50);
    await until(() => identityOf(child) === undefined);
    rmSync(directory, { recursive: true });
  });

  test('that cannot be started says so', async () => {
    await expect(startProcess('/no/such/program', [], { env: {}, stdio: 'ignore' })).rejects.toThrow(
      'ENOENT',
    );
  });
});

describe('what `up` works with', () => {
  test('is an Asterisk of its own, unless ARI is named', () => {
    expect(surroundingsOf(noFile).hasOwnAsterisk).toBe(true);
    const given = { ...noFile, ARIFLOW_ARI_URL: 'http://127.0.0.1:8088/ari', ARIFLOW_ARI_PASSWORD: 'x' };
    expect(surroundingsOf(given).hasOwnAsterisk).toBe(false);
  });

  test('is told apart by what names ARI, and a port of ARI is for its own', () => {
    const given = { ...noFile, ARIFLOW_ARI_URL: 'http://127.0.0.1:8088/ari' };
    expect(surroundingsOf(given).ariNamedBy).toBe('ARIFLOW_ARI_URL');
    expect(surroundingsOf(noFile).ariNamedBy).toBeUndefined();
    const own = surroundingsOf({ ...noFile, ARIFLOW_ARI_PORT: '8090' });
    expect([own.hasOwnAsterisk, own.config.ari.url]).toEqual([true, 'http://127.0.0.1:8090/ari']);
    expect(own.config.ari.listen.port).toBe(8_091);
    const both = surroundingsOf({ ...noFile, ARIFLOW_ARI_PORT: '8091', ARIFLOW_API_PORT: '8090' });
    expect(both.config.ari.listen.port).toBe(8_092);
  });

  test('finds the daemon the same way on both sides, and at a free port where none is said', async () => {
    expect(surroundingsOf({ ...noFile }).env.ARIFLOW_ARI_TRANSPORT).toBe('inbound');
    const inbound = { ...noFile, ARIFLOW_ARI_TRANSPORT: 'inbound' };
    expect(surroundingsOf(inbound).config.ari.transport).toBe('inbound');
    const foreign = { ...noFile, ARIFLOW_ARI_URL: 'http://127.0.0.1:8088/ari' };
    expect(surroundingsOf(foreign).env.ARIFLOW_ARI_TRANSPORT).toBeUndefined();

    await using taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const given = surroundingsOf({ ...inbound, ARIFLOW_ARI_LISTEN: `127.0.0.1:${port}` });
    await expect(withListeningPort(given, () => undefined)).rejects.toThrow(
      /is in use: .*ARIFLOW_ARI_LISTEN/,
    );
    const unnamed = { ...given, hasNamedListen: false }; // as if 8090 were taken
    const printed: string[] = [];
    const moved = await withListeningPort(unnamed, (line) => printed.push(line));
    expect(moved.config.ari.listen.port).not.toBe(port);
    expect(moved.env.ARIFLOW_ARI_LISTEN).toBe(`127.0.0.1:${moved.config.ari.listen.port}`);
    expect(printed).toEqual([expect.stringContaining(`is in use: taking ${moved.config.ari.listen.port}`)]);
  });

  test('has a phone in the console with an Asterisk of its own, unless something else is said', () => {
    const isOn = (more: Record<string, string> = {}) => {
      const { config, env } = surroundingsOf({ ...noFile, ...more });
      expect(env.ARIFLOW_WEBRTC === 'on').toBe(config.webrtc);
      return config.webrtc;
    };
    expect(isOn()).toBe(true);
    expect(isOn({ ARIFLOW_WEBRTC: 'off' })).toBe(false);
    expect(isOn({ ARIFLOW_CONSOLE: 'off' })).toBe(false);
    expect(isOn({ ARIFLOW_ARI_URL: 'http://127.0.0.1:8088/ari' })).toBe(false);
    expect(loadConfig(noFile)).toMatchObject({ webrtc: false, console: true });
    expect(() => loadConfig({ ...noFile, ARIFLOW_CONSOLE: 'maybe' })).toThrow('console (ARIFLOW_CONSOLE)');
  });

  test('lets webhooks reach this machine, unless something else is said', () => {
    expect(surroundingsOf(noFile).config.webhook.allow).toEqual(['127.0.0.0/8', '::1']);
    expect(surroundingsOf(noFile).env.ARIFLOW_WEBHOOK_ALLOW).toBe('127.0.0.0/8,::1');
    const other = surroundingsOf({ ...noFile, ARIFLOW_WEBHOOK_ALLOW: '10.0.0.0/8' });
    expect(other.config.webhook.allow).toEqual(['10.0.0.0/8']);
    expect(surroundingsOf({ ...noFile, ARIFLOW_WEBHOOK_ALLOW: '' }).config.webhook.allow).toEqual([]);
    expect(surroundingsOf(noFile).config.allow_http).toBe(false);
  });

  test('is reached at an address one can dial', () => {
    const url = (host: string) => apiUrl(surroundingsOf({ ...noFile, ARIFLOW_API_HOST: host }).config);
    expect(['127.0.0.1', '0.0.0.0', '::', '::1'].map(url)).toEqual([
      'http://127.0.0.1:8080',
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
      'http://[::1]:8080',
    ]);
  });

  test('says in words what is wrong with a port', async () => {
    expect(await tcpPortProblem('203.0.113.1', 8_080)).toBe('is not at an address of this machine');
    expect(await udpPortProblem('203.0.113.1', 5_060)).toBe('is not at an address of this machine');
  });
});

describe('tools from the folder', () => {
  test('come from PATH where there is no folder', () => {
    expect(localTool('sox', '/no/such/folder')).toEqual({ command: 'sox', args: [], env: {} });
  });

  test('are looked for in .cache/asterisk of the project, or where ARIFLOW_ASTERISK_ROOT says', () => {
    expect(asteriskRoot({})).toBe(join(import.meta.dirname, '..', '..', '..', '.cache', 'asterisk'));
    expect(asteriskRoot({ ARIFLOW_ASTERISK_ROOT: '/srv/asterisk' })).toBe('/srv/asterisk');
  });

  test('need an Asterisk of 22.5 or later', () => {
    const versions = [
      '22.5.0',
      '22.10.1+dfsg-1',
      '23.0.0',
      'certified-22.8-cert1',
      '22.4.2',
      '20.18.0',
      'GIT-master',
    ];
    expect(versions.map((version) => isSuitableVersion(`Asterisk ${version}`))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
