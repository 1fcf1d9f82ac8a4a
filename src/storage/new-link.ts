import { randomInt } from 'node:crypto';
import { wireTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import type { LinkStore } from './links.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const codeLength = 8;

/** A code nobody can guess, and nobody else has. */
export async function newLink(links: LinkStore, url: string): Promise<string> {
  for (;;) {
    const id = Array.from({ length: codeLength }, () => letters[randomInt(letters.length)]).join('');
    try {
      await links.insert({ id, url, tm_create: wireTime() });
      return id;
    } catch (error) {
      if (!(error instanceof StoreError) || error.problem !== 'conflict') throw error;
    }
  }
}
