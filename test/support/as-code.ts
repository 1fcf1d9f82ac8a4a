import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { adviceWith } from '../../src/api/flow-advice.ts';
import type { Parts } from '../../src/api/parts.ts';
import { runCommand } from '../../src/commands/program.ts';
import { checkActions } from '../../src/flows/flow.ts';
import { knownVoices } from '../../src/speech/known-voices.ts';
import { Espeak } from '../../src/speech/tts/espeak.ts';
import { catalogue } from './call-fixture.ts';
import { type ApiFixture, givenApi, token } from './store-api.ts';

/** A daemon's API at a port, which checks flows. */
export async function givenDaemon(change: Partial<Parts> = {}): Promise<ApiFixture> {
  const voices = () => knownVoices(new Espeak(), []);
  const api: ApiFixture = await givenApi({
    validateFlow: async (json) => checkActions(JSON.parse(json), { catalogue }),
    adviseFlow: (actions) =>
      adviceWith(actions, { catalogue, store: api.store, voices, hasSound: async () => true }),
    ...change,
  });
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  return api;
}

/** A folder of files that say what a line is made of. */
export class LineFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'ariflow-as-code-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  at(...path: string[]): string {
    return join(this.path, ...path);
  }

  write(files: Readonly<Record<string, unknown>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(name)), { recursive: true });
      const isWhole = typeof content === 'string' || Buffer.isBuffer(content);
      writeFileSync(this.at(name), isWhole ? content : JSON.stringify(content));
    }
  }

  remove(...files: string[]): void {
    for (const file of files) rmSync(this.at(file), { recursive: true });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever was written.
  read(file: string): any {
    return JSON.parse(readFileSync(this.at(file), 'utf8'));
  }

  async run(api: ApiFixture, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const out: string[] = [];
    const err: string[] = [];
    const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
    const { port } = api.api.server.address() as AddressInfo;
    const own = { ARIFLOW_API_URL: `http://127.0.0.1:${port}`, ARIFLOW_API_TOKEN: token };
    const data = { ARIFLOW_DATA_DIR: this.at('.data') };
    const code = await runCommand(args, { env: { ...data, ...own, ...env }, output });
    return { code, out, err };
  }

  /** Applies the files. */
  apply(api: ApiFixture, ...more: string[]) {
    return this.run(api, ['apply', this.path, ...more]);
  }
}

/** All that the daemon has of a kind, the newest first. */
export async function listOf(api: ApiFixture, path: string) {
  return (await api.ask('GET', `/${path}`)).body.result;
}
