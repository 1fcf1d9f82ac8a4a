import { type Duplex, pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip, createZstdDecompress } from 'node:zlib';
import { HttpError } from './http-error.ts';

const decoders = new Map<string, () => Duplex>([
  ['gzip', () => createUnzip()],
  ['x-gzip', () => createUnzip()],
  ['deflate', () => createUnzip()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);

/**
 * A body without its content encoding. We ask for none, and servers send one all the same: it is taken off as the body comes,
 * so whoever bounds what he reads bounds what is unpacked.
 * @throws HttpError `invalid` for one that is unknown, and where the body is none of it
 */
export function withoutEncoding(
  body: AsyncIterable<Uint8Array>,
  header: string | readonly string[] | undefined,
): AsyncIterable<Uint8Array> {
  const name = String(header ?? '')
    .trim()
    .toLowerCase();
  return name === '' || name === 'identity' ? body : unpacked(body, name);
}

async function* unpacked(body: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const [first, source] = await begun(body);
  if (!first) return; // the answer to a HEAD, or none at all
  const decoder = decoders.get(name)?.();
  if (!decoder) {
    await source.return(undefined);
    throw new HttpError('invalid', `the answer is in the content encoding ${shown(name)}`);
  }
  let broken: { readonly error: unknown } | undefined;
  const whole = async function* () {
    try {
      yield first;
      yield* source;
    } catch (error) {
      broken = { error };
      throw error;
    }
  };
  pipeline(Readable.from(whole()), decoder, () => undefined); // the loop below is told
  try {
    yield* decoder;
  } catch (error) {
    if (broken) throw broken.error;
    throw new HttpError('invalid', `the answer is not ${name}`, { cause: error });
  }
}

/** The first bytes, and an iterator over the rest. */
async function begun(
  body: AsyncIterable<Uint8Array>,
): Promise<[Uint8Array | undefined, AsyncGenerator<Uint8Array>]> {
  const rest = (async function* () {
    yield* body;
  })();
  for (;;) {
    const { value, done } = await rest.next();
    if (done || value.byteLength > 0) return [done ? undefined : value, rest];
  }
}

function shown(name: string): string {
  return /^[a-z0-9!#$&+.^_-]{1,32}$/.test(name) ? `${name}, which was not asked for` : 'of an unknown name';
}
