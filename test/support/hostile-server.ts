import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { MediaServer } from './media-server.ts';

export interface HostileServer extends AsyncDisposable {
  readonly url: string;
  /** How often each path has been asked for. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

/** What the thread knows itself by. */
const role = 'hostile server';

const nested = (depth: number): unknown => (depth === 0 ? 'x'.repeat(700) : [nested(depth - 1)]);

/** Somebody's server whose replies are as much work as can be, in a thread of its own: whoever measures has nothing of it. */
export async function openHostileServer(): Promise<HostileServer> {
  const thread = new Worker(new URL(import.meta.url), { workerData: role });
  const [url] = (await once(thread, 'message')) as [string];
  return {
    url,
    async counts() {
      thread.postMessage('counts');
      const [counts] = (await once(thread, 'message')) as [Record<string, number>];
      return counts;
    },
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
}

async function serve(): Promise<void> {
  const server = await MediaServer.open({
    '/bomb': { body: JSON.stringify(Array.from({ length: 220 }, () => nested(45))) },
    '/xml': { body: `<r>${'<a>x</a>'.repeat(122_000)}</r>` },
    '/packed': { body: gzipSync(Buffer.alloc(50_000_000, '[')), headers: { 'content-encoding': 'gzip' } },
  });
  const fetchAgain = { type: 'fetch', option: { event_url: `${server.url}/fetches` } };
  server.files.set('/fetches', { body: JSON.stringify(Array.from({ length: 1_000 }, () => fetchAgain)) });
  parentPort?.on('message', () =>
    parentPort?.postMessage(
      Object.fromEntries([...server.files.keys()].map((path) => [path, server.count(path)])),
    ),
  );
  parentPort?.postMessage(server.url);
}

if (workerData === role) await serve();
