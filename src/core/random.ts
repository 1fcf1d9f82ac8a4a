import { randomFillSync, randomUUID } from 'node:crypto';

/**
 * Where ids and choices come from by which nothing is kept secret. Like the clock it is replaced as a whole: then the same run gives
 * the same ids. Secrets, tokens and nonces never come from here.
 */
export interface Chance {
  /** A UUID of version 4. */
  uuid(): string;
  /** 20 hexadecimal digits. */
  digits(): string;
  /** From 0 to 1, without 1. */
  number(): number;
}

const bytes = 10;

/** Drawn for many at once: each draw has its price. */
const pool = Buffer.alloc(256 * bytes);
let used = pool.length;

const realChance: Chance = {
  uuid: () => randomUUID(),
  digits: () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    return pool.toString('hex', used - bytes, used);
  },
  number: () => Math.random(),
};

let chance = realChance;

/** From now on the whole process, or thread, has its ids from here, until disposed. */
export function replaceChance(other: Chance): Disposable {
  const before = chance;
  chance = other;
  return {
    [Symbol.dispose]: () => {
      chance = before;
    },
  };
}

export const randomUuid: Chance['uuid'] = () => chance.uuid();
export const randomDigits: Chance['digits'] = () => chance.digits();
export const randomNumber: Chance['number'] = () => chance.number();
