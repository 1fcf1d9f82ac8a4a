import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

const form = 'scrypt';
const saltSize = 16;
const hashSize = 32;

/** A PIN as it is stored: `scrypt$<salt>$<hash>`. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(saltSize);
  const hash = await derive(pin, salt, hashSize);
  return [form, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether it is this one. What was stored in another form nobody knows. */
export async function isPin(pin: string, stored: string): Promise<boolean> {
  const [name, salt = '', hash = ''] = stored.split('$');
  if (name !== form) return false;
  const right = Buffer.from(hash, 'base64url');
  const given = await derive(pin, Buffer.from(salt, 'base64url'), hashSize);
  return given.length === right.length && timingSafeEqual(given, right);
}
