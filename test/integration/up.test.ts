import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretsFile } from '../../src/config/secrets.ts';
import {
  folderIdentity,
  identityOf,
  type ProcessIdentity,
  signalProcess,
} from '../../src/core/process-identity.ts';
import { ApiClient } from '../support/api-client.ts';
import { startTestAsterisk, type TestAsterisk } from '../support/asterisk.ts';
import { inPage, openBrowser, press, untilInPage } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { Phone } from '../support/phone.ts';
import { isSoak } from '../support/scale.ts';
import { eventually, until } from '../support/until.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** The command as README gives it, and the same without npm in between. */
const commands = {
  npm: ['npm', 'run', '--silent', 'up'],
  node: [process.execPath, join(root, 'dist', 'up', 'main.js')],
} as const;

/** `up` of one data directory, and what it wrote. */
class Up {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(env: Readonly<Record<string, string>>, command: readonly string[]) {
    const [program = '', ...args] = command;
    const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('ARIFLOW_'));
    this.#child = spawn(program, args, { cwd: root, env: { ...Object.fromEntries(foreign), ...env } });
    if (this.#child.stdout) createInterface(this.#child.stdout).on('line', (line) => this.lines.push(line));
    if (this.#child.stderr) createInterface(this.#child.stderr).on('line', (line) => this.errors.push(line));
    this.exited = once(this.#child, 'exit').then(([code]) => code as number | null); // as documented for 'exit'
  }

  async ready(timeout = 120_000): Promise<string> {
    const what = () => `up to be ready\n${[...this.lines, ...this.errors.slice(-20)].join('\n')}`;
    const look = () => {
      if (this.#child.exitCode !== null) throw new Error(`up ended before it was ready\n${what()}`);
      return this.readyLine;
    };
    return await until(look, { timeout, what });
  }

  get readyLine(): string | undefined {
    return this.lines.find((line) => line.startsWith('ready '));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

type Role = 'up' | 'asterisk' | 'daemon';

/** A data directory and ports of its own; whatever a test leaves running there is ended. */
async function givenPlace(more: Readonly<Record<string, string>> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ariflow-up-'));
  const [sip, api] = [await freePort('udp'), await freePort('tcp')];
  const env = {
    ARIFLOW_DATA_DIR: dataDir,
    ARIFLOW_SIP_PORT: String(sip),
    ARIFLOW_API_PORT: String(api),
    ...more,
  };
  const seen = new Map<string, ProcessIdentity>();
  const processOf = (role: Role): ProcessIdentity | undefined => {
    const record = readJson(join(dataDir, 'up.json')) as Partial<Record<Role, ProcessIdentity>> | undefined;
    const found = record?.[role];
    if (found) seen.set(`${found.pid} ${found.started}`, found);
    return found;
  };
  return {
    dataDir,
    env,
    sip,
    api,
    up: (command: keyof typeof commands = 'node') => new Up(env, commands[command]),
    pid: (role: Role) => processOf(role)?.pid ?? 0,
    phone: (user: string) => {
      const { phones } = readJson(secretsFile(dataDir)) as { phones: Record<string, string> };
      return Phone.open({ server: `127.0.0.1:${sip}`, user, password: phones[user] ?? '' });
    },
    isReady: async () => (await readyStatus(api)) === 200,
    /** A number with a flow that goes on for long. */
    longCall: async (): Promise<string> => {
      const { api_token: token } = readJson(secretsFile(dataDir)) as { api_token: string };
      const client = new ApiClient(`http://127.0.0.1:${api}`, { token });
      const actions = [{ type: 'answer' }, { type: 'sleep', option: { duration: 120_000 } }];
      const { body } = await client.post<{ id: string }>('/v1.0/flows', { name: 'long', actions });
      await client.post('/v1.0/numbers', { number: 'long', call_flow_id: body.id });
      return 'long';
    },
    leftRunning: () => [...seen.values()].filter(({ pid, started }) => identityOf(pid)?.started === started),
    [Symbol.asyncDispose]: async () => {
      for (const role of ['up', 'daemon', 'asterisk'] as const) processOf(role);
      for (const identity of seen.values()) signalProcess(identity, 'SIGKILL');
      await until(() => [...seen.values()].every(({ pid, started }) => identityOf(pid)?.started !== started));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function readyStatus(port: number): Promise<number> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) })).status;
  } catch {
    return 0;
  }
}

async function givenTakenPort(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('npm run up', () => {
  test('brings up Asterisk and the daemon, says so in one line, and leaves nothing behind', async () => {
    await using place = await givenPlace();
    const up = place.up('npm');
    expect(await up.ready()).toBe(`ready sip=127.0.0.1:${place.sip} api=http://127.0.0.1:${place.api}`);
    expect(up.lines.filter((line) => line.includes(secretsFile(place.dataDir)))).toHaveLength(1);
    const [link = ''] = await until(() => {
      const lines = up.lines.filter((line) => line.startsWith('console '));
      return lines.length > 0 ? lines : undefined;
    });
    expect(link).toMatch(new RegExp(`^console http://127\\.0\\.0\\.1:${place.api}/#code=[\\w-]{43}$`));
    // What it prints lets in whoever opens it, once; and the page is there.
    const url = `http://127.0.0.1:${place.api}`;
    const page = await fetch(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const signIn = () =>
      fetch(`${url}/v1.0/sessions`, {
        method: 'POST',
        headers: { origin: url, 'content-type': 'application/json' },
        body: JSON.stringify({ code: link.split('#code=')[1] }),
      });
    const answers = [await signIn(), await signIn()];
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    expect(await answers[0]?.json()).toMatchObject({ phone: { available: true } });
    expect([place.pid('asterisk'), place.pid('daemon'), place.pid('up')]).not.toContain(0);

    {
      await using phone = await place.phone('1001');
      await phone.register();
    }
    up.kill('SIGINT');
    expect(await up.exited).toBe(0);
    await until(() => place.leftRunning().length === 0);
    expect(up.lines.filter((line) => line.startsWith('ready '))).toHaveLength(1);
  });

  test('within a minute one click on its link and Call on 100: the welcome is heard, a key answered, and nothing left', async () => {
    await using place = await givenPlace();
    const browser = await openBrowser(); // which a user has, and a test may have to install
    const began = performance.now();
    const up = place.up('npm');
    try {
      await up.ready();
      const link = await until(() => up.lines.map((line) => /^console (\S+)$/.exec(line)?.[1]).find(Boolean));
      const page = await browser.newPage();
      await page.goto(link);
      await page.waitForSelector('main h1');
      await press(page, 'Phone');
      await page.waitForSelector('#phone .dot.ready');
      await press(page, 'Call');
      // What its meter shows is what it plays.
      const isHeard = "(document.querySelector('#phone meter')?.value ?? 0) > 0.3";
      await untilInPage(page, isHeard);
      expect(performance.now() - began).toBeLessThan(60_000);
      await press(page, '1');
      const calls = "fetch('/v1.0/calls').then((answer) => answer.json()).then(({ result }) => result)";
      const callNow = async () => (await inPage<Record<string, { id: string }>[]>(page, calls))[0];
      await eventually(async () => (await callNow())?.action?.id === 'about', {
        what: 'its key to be answered',
      });
      await untilInPage(page, isHeard);
      await page.locator('#phone button.danger').click();
      await page.waitForSelector('#phone form');
      const figures = "fetch('/metrics').then((answer) => answer.text())";
      const isOver = async () =>
        /^ariflow_calls_live 0$/m.test(await inPage(page, figures)) &&
        /^ariflow_owned 0$/m.test(await inPage(page, figures));
      await eventually(isOver, { what: 'nothing to be left' });
      expect(await callNow()).toMatchObject({ hangup_by: 'remote', hangup_reason: 'normal' });
    } finally {
      await browser.close();
    }
    up.kill('SIGINT');
    expect(await up.exited).toBe(0);
  });

  test('without the console says nothing of it, and has none; it ends on SIGTERM with exit code 0', async () => {
    await using place = await givenPlace({ ARIFLOW_CONSOLE: 'off' });
    // What is left of a run whose numbers processes of today have makes nobody believe that it is up.
    const stranger = { pid: process.pid, started: 'another boot' };
    const folder = folderIdentity(place.dataDir);
    writeFileSync(join(place.dataDir, 'up.json'), JSON.stringify({ up: stranger, daemon: stranger, folder }));
    const up = place.up();
    await up.ready();
    expect([place.pid('asterisk'), place.pid('daemon')]).not.toContain(0);
    expect((await fetch(`http://127.0.0.1:${place.api}/`)).status).toBe(404);
    up.kill('SIGTERM');
    expect(await up.exited).toBe(0);
    expect(place.leftRunning()).toEqual([]);
    expect(up.lines.join('\n')).not.toContain('console');
  });

  test.each(isSoak ? [0, 300, 1_000, 2_000, 4_000] : [300, 2_000])(
    'ends on SIGTERM %i ms after it has begun to start, and leaves nothing behind',
    async (delay) => {
      await using place = await givenPlace();
      const up = place.up();
      await until(() => place.pid('up') !== 0);
      const noting = setInterval(() => [place.pid('asterisk'), place.pid('daemon')], 10);
      await pause(delay);
      up.kill('SIGTERM');
      expect(await up.exited).toBe(0);
      clearInterval(noting);
      expect(place.leftRunning()).toEqual([]);
      expect(readdirSync(place.dataDir)).not.toContain('up.json');
    },
  );

  test('lets calls go on for as long as ARIFLOW_DRAIN says, and ends at once when it is told again', async () => {
    await using place = await givenPlace({ ARIFLOW_DRAIN: '10m' });
    const up = place.up();
    await up.ready();
    await using phone = await place.phone('1004');
    await phone.register();
    const call = await phone.call(await place.longCall());
    await call.answered;
    up.kill('SIGTERM');
    await pause(1_500); // what comes at once is one and the same
    expect(call.isEnded).toBe(false);
    up.kill('SIGTERM');
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    expect(await up.exited).toBe(0);
  });

  test('opens ARI at the port that is named, refuses to start beside itself, and says so where that port is taken', async () => {
    const port = await freePort('tcp');
    await using place = await givenPlace({ ARIFLOW_ARI_PORT: String(port) });
    const first = place.up();
    await first.ready();
    expect((await fetch(`http://127.0.0.1:${port}/ari/asterisk/ping`)).status).toBe(401);
    const second = place.up();
    expect(await second.exited).toBe(1);
    expect(second.errors).toEqual([
      `ariflow: already up in ${place.dataDir} (process ${place.pid('up')}): stop that one first`,
    ]);
    expect(await place.isReady()).toBe(true);
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);

    await using _taken = await givenTakenPort(port);
    const refused = place.up();
    expect(await refused.exited).toBe(1);
    expect(refused.errors).toEqual([
      `ariflow: ARI port 127.0.0.1:${port} (TCP) is in use: stop what uses it, or set another ARIFLOW_ARI_PORT`,
    ]);
  });

  describe('beside another Asterisk', () => {
    let other: TestAsterisk;
    beforeAll(async () => {
      other = await startTestAsterisk();
    });
    afterAll(() => other?.stop());

    test.each(['SIP', 'API'] as const)('says in one line that the %s port is taken', async (which) => {
      const ariPort = Number(new URL(other.ariUrl).port);
      const taken =
        which === 'SIP'
          ? { ARIFLOW_SIP_PORT: String(other.sipPort), ARIFLOW_RTP_PORTS: '33000-33999' }
          : { ARIFLOW_API_PORT: String(ariPort) };
      await using place = await givenPlace(taken);
      const up = place.up();
      expect(await up.exited).toBe(1);
      expect(up.errors).toHaveLength(1);
      expect(up.errors[0]).toMatch(
        new RegExp(`^ariflow: ${which} port .* is in use: .*ARIFLOW_${which}_PORT`),
      );
      expect(up.readyLine).toBeUndefined();
    });

    test('uses the Asterisk that ARIFLOW_ARI_URL names as it is', async () => {
      await using place = await givenPlace({
        ARIFLOW_ARI_URL: other.ariUrl,
        ARIFLOW_ARI_PASSWORD: other.ariPassword,
      });
      const up = place.up();
      expect(await up.ready()).toBe(`ready ari=${other.ariUrl} api=http://127.0.0.1:${place.api}`);
      expect(up.lines[0]).toMatch(/^ARIFLOW_ARI_URL is set: no Asterisk is brought up, /);
      expect(place.pid('asterisk')).toBe(0);
      up.kill('SIGTERM');
      expect(await up.exited).toBe(0);
      expect(await other.cli('core show channels count')).toContain('0 active channels');
    });
  });

  test('ends what a killed run left behind, and starts anew; in a copy of the data directory it ends nobody', async () => {
    await using place = await givenPlace();
    const first = place.up();
    await first.ready();
    const left = [place.pid('daemon'), place.pid('asterisk')];
    first.kill('SIGKILL');
    await first.exited;
    const isLeft = () => left.map((pid) => identityOf(pid) !== undefined);
    expect(isLeft()).toEqual([true, true]);

    await using copy = await givenPlace();
    execFileSync('cp', ['-a', `${place.dataDir}/.`, copy.dataDir]);
    // A database at work is no database when it is copied file by file.
    for (const name of readdirSync(copy.dataDir).filter((file) => file.startsWith('ariflow.db')))
      rmSync(join(copy.dataDir, name));
    const other = copy.up();
    await other.ready();
    other.kill('SIGTERM');
    expect(await other.exited).toBe(0);
    expect(other.lines.join('\n')).not.toContain('left behind');
    expect(isLeft()).toEqual([true, true]);

    const second = place.up();
    await second.ready();
    expect(left.map((pid) => identityOf(pid))).toEqual([undefined, undefined]);
    second.kill('SIGTERM');
    expect(await second.exited).toBe(0);
  });

  test('brings a killed daemon back, again and again, while Asterisk stays; and a killed Asterisk, while the daemon does', async () => {
    await using place = await givenPlace();
    const up = place.up();
    await up.ready();
    const asterisk = place.pid('asterisk');
    for (let kill = 0; kill < 2; kill += 1) {
      const before = place.pid('daemon');
      process.kill(before, 'SIGKILL');
      await until(() => identityOf(before) === undefined);
      await eventually(() => place.isReady());
      expect(place.pid('daemon')).not.toBe(before);
    }
    expect(place.pid('asterisk')).toBe(asterisk);
    expect(identityOf(asterisk)).toBeDefined();

    const daemon = place.pid('daemon');
    process.kill(asterisk, 'SIGKILL');
    await until(() => ![0, asterisk].includes(place.pid('asterisk')));
    await using phone = await place.phone('1002');
    await eventually(() => phone.register().catch(() => undefined));
    await eventually(() => place.isReady());
    expect(place.pid('daemon')).toBe(daemon);
    up.kill('SIGTERM');
    expect(await up.exited).toBe(0);
  });

  test('`ariflow restart` gives it a new daemon; Asterisk and its calls stay', async () => {
    await using place = await givenPlace({ ARIFLOW_STOP: 'leave' });
    const up = place.up();
    await up.ready();
    await using phone = await place.phone('1003');
    await phone.register();
    const call = await phone.call(await place.longCall());
    await call.answered;
    const [asterisk, daemon] = [place.pid('asterisk'), place.pid('daemon')];
    const env = { ...process.env, ...place.env };
    const cli = [join(root, 'dist', 'cli.js'), 'restart'];
    const { stdout } = await run(process.execPath, cli, { cwd: root, env });
    expect(stdout).toBe('the daemon has started anew, and is ready\n');
    expect(await place.isReady()).toBe(true);
    expect(place.pid('daemon')).not.toBe(daemon);
    expect(identityOf(daemon)).toBeUndefined();
    expect(place.pid('asterisk')).toBe(asterisk);
    expect(up.lines).toContain('the daemon ended (exit code 0): starting it again');
    await pause(7_000); // what nobody goes on with would be hung up by now
    expect(call.isEnded).toBe(false);
    // Whoever ends `up` ends all, whatever becomes of calls otherwise.
    up.kill('SIGTERM');
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    expect(await up.exited).toBe(0);
    expect(place.leftRunning()).toEqual([]);
  });

  test('takes other ports where the usual ones are taken, for ARI and where Asterisk dials the daemon; who calls a dead one waits for the next', async () => {
    // Or somebody else has them: as good.
    await using takenForAri = await givenTakenPort(8_088).catch(() => undefined);
    await using _taken = await givenTakenPort(8_090).catch(() => undefined);
    await using place = await givenPlace({ ARIFLOW_ARI_TRANSPORT: 'inbound' });
    const up = place.up();
    await up.ready();
    expect(up.lines.join('\n')).toContain('ARI port 8088 is in use');
    expect(takenForAri?.listening ?? false).toBe(takenForAri !== undefined);
    expect(up.lines).toContainEqual(expect.stringMatching(/127\.0\.0\.1:8090 .* is in use: taking \d+$/));
    await using phone = await place.phone('1004');
    await phone.register();
    const number = await place.longCall();
    process.kill(place.pid('daemon'), 'SIGKILL');
    const call = await phone.call(number);
    await call.answered;
    up.kill('SIGTERM');
    expect(await up.exited).toBe(0);
    expect(place.leftRunning()).toEqual([]);
  });

  test('gives up on a wrong configuration, with the key in its one line', async () => {
    await using place = await givenPlace({ ARIFLOW_CODECS: 'no such codec' });
    const up = place.up();
    expect(await up.exited).toBe(78);
    expect(up.errors).toHaveLength(1);
    expect(up.errors[0]).toContain('codecs');
  });
});
