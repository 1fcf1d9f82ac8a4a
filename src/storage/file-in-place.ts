import { stat } from 'node:fs/promises';

/** Tells whether a file is the one that it was when this was asked first: not moved away, nor replaced. */
export function fileInPlace(path: string): () => Promise<boolean> {
  let first: string | undefined;
  return async () => {
    const now = await identityOf(path);
    first ??= now;
    return now !== undefined && now === first;
  };
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
