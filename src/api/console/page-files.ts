import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** The same in gzip, where that is shorter. */
  readonly packed: Buffer | undefined;
}

export interface PageFiles {
  /** With `ARIFLOW_NONCE` wherever a nonce belongs. */
  readonly index: string;
  /** By name. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const pack = promisify(gzip);

/**
 * All of the page, as it was built: its parts name each other, so that one of another build is none of it.
 * @throws where it was not built
 */
export async function readPage(folder: string): Promise<PageFiles> {
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  const names = await readdir(join(folder, 'assets')).catch(() => []);
  const files = names.map(async (name): Promise<[string, PageFile][]> => {
    const type = types[extname(name)];
    if (type === undefined) return [];
    const body = await readFile(join(folder, 'assets', name));
    const packed = await pack(body);
    return [[name, { type, body, packed: packed.length < body.length ? packed : undefined }]];
  });
  return { index, assets: new Map((await Promise.all(files)).flat()) };
}
