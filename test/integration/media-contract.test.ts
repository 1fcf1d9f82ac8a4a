import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { CachedFiles } from '../../src/core/cached-files.ts';
import { silentLog } from '../../src/core/log.ts';
import { AddressPolicy } from '../../src/http/address-policy.ts';
import { GuardedClient } from '../../src/http/guarded-client.ts';
import { Downloads } from '../../src/media/downloads.ts';
import { wavTone } from '../support/audio-files.ts';
import { type MediaFixture, mediaContract, mediaPaths } from '../support/media-contract.ts';
import { type MediaFile, MediaServer } from '../support/media-server.ts';

beforeAll(() => installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) }));

const files: Readonly<Record<string, MediaFile>> = {
  [mediaPaths.audio]: { body: wavTone({ length: 200 }) },
  [mediaPaths.other]: { body: wavTone({ length: 200, frequency: 880 }) },
  [mediaPaths.failing]: { status: 500 },
  [mediaPaths.text]: { body: 'once upon a time' },
};

/** The guarded client, a server on loopback, and sox. */
async function given(): Promise<MediaFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'ariflow-media-'));
  const server = await MediaServer.open(files);
  const policy = new AddressPolicy({ allow: ['127.0.0.0/8'] });
  const client = new GuardedClient({ policy, userAgent: 'ariflow/test' });
  const cache = new CachedFiles(join(directory, 'downloads'));
  return {
    media: new Downloads({ client, files: cache, asteriskDirectory: '/asterisk', log: silentLog }),
    url: (path) => `${server.url}${path}`,
    count: (path) => server.count(path),
    slow: () => {
      for (const [path, file] of Object.entries(files)) server.files.set(path, { ...file, delay: 300 });
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

mediaContract('downloads over HTTP, converted by sox', given);
