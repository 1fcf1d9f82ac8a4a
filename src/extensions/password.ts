import { createHash, randomBytes } from 'node:crypto';

/** The realm of Asterisk's challenges, which a digest is made for. */
export const realm = 'asterisk';

export const shortestPassword = 12;
const generatedLength = 20;

/** Letters and digits: somebody may have to type it on a phone's keypad. */
export function newPassword(): string {
  return randomBytes(generatedLength * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, generatedLength);
}

/** What SIP's digest authentication needs of a password, and all that is kept of it. */
export function digestOf(user: string, password: string): string {
  return createHash('md5').update(`${user}:${realm}:${password}`).digest('hex');
}
