import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config.ts';
import { prepareDirectories } from '../../src/config/directories.ts';
import { loadSecrets } from '../../src/config/secrets.ts';
import type { Log } from '../../src/core/log.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { ApiClient } from './api-client.ts';
import { FakeAriServer } from './fake-ari-server.ts';
import type { FakeAsterisk } from './fake-asterisk.ts';
import { freePort } from './free-port.ts';
import { eventually } from './until.ts';

export interface WholeDaemon extends AsyncDisposable {
  readonly url: string;
  readonly api: ApiClient;
  /** With every scope. */
  readonly token: string;
  readonly ariUrl: string;
  readonly asterisk: FakeAsterisk;
  /** Audio of all calls that are listened to. */
  readonly say: (samples: Int16Array) => void;
  /** Where all its files are. */
  readonly folder: string;
  /** What was logged as a defect of ours, as JSON. */
  readonly defects: string[];
}

type Env = Readonly<Record<string, string>>;

/** The daemon with all its parts, in this process, on the fake Asterisk. `prepare` is told its data directory, and answers more of `env`. */
export async function givenWholeDaemon(
  env: Env = {},
  prepare: (dataDir: string) => Promise<Env> = async () => ({}),
): Promise<WholeDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-whole-'));
  const dataDir = join(folder, 'data');
  const server = await FakeAriServer.open();
  const config = loadConfig({
    ARIFLOW_DATA_DIR: dataDir,
    ARIFLOW_ARI_URL: server.url,
    ARIFLOW_ARI_USER: server.user,
    ARIFLOW_ARI_PASSWORD: server.password,
    ARIFLOW_ARI_APP: server.asterisk.app,
    ARIFLOW_API_PORT: String(await freePort('tcp')),
    ARIFLOW_API_RATE: '1000000',
    ...env,
    ...(await prepare(dataDir)),
  });
  prepareDirectories(config);
  const secrets = loadSecrets(config.data_dir);
  const defects: string[] = [];
  const daemon = await startDaemon(config, secrets, { log: logOf(defects), onLost: () => undefined });
  const { url } = daemon;
  const ready = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).status === 200;
  await eventually(ready, { what: 'the daemon to be ready' });
  return {
    url,
    api: new ApiClient(url, { token: secrets.api_token }),
    token: secrets.api_token,
    ariUrl: server.url,
    asterisk: server.asterisk,
    say: (samples) => server.say(samples),
    folder,
    defects,
    async [Symbol.asyncDispose]() {
      await daemon.stop();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Keeps errors, and warnings that say there is a defect. */
function logOf(defects: string[]): Log {
  const keep = (fields: object, event: string): void => {
    const text = (_: string, value: unknown): unknown => (value instanceof Error ? value.stack : value);
    defects.push(JSON.stringify({ event, ...fields }, text));
  };
  const nothing = (): undefined => undefined;
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error: keep, child: () => log };
  return log;
}
