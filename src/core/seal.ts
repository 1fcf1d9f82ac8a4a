import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What was sealed cannot be opened, and why: the message may be shown. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

const algorithm = 'aes-256-gcm';
const version = 'v1';
const nonceSize = 12;
const tagSize = 16;

/**
 * Keeps secrets of users in a database that has nothing to open them with: AES-256-GCM under a key made of `ARIFLOW_SECRET_KEY`. A
 * sealed secret is `v1.<which key>.<nonce, tag and text>`, and bound to its owner.
 */
export class Seal {
  readonly #key: Buffer;
  /** Says which key it is, and nothing about it: another one is told from a damaged secret. */
  readonly #keyId: string;

  constructor(secretKey: string) {
    this.#key = derived(secretKey, 'sealing', 32);
    this.#keyId = derived(secretKey, 'name of the key', 6).toString('hex');
  }

  seal(secret: string, owner: string): string {
    const nonce = randomBytes(nonceSize);
    const cipher = createCipheriv(algorithm, this.#key, nonce, { authTagLength: tagSize });
    cipher.setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    return `${version}.${this.#keyId}.${sealed}`;
  }

  /** @throws UnsealError where it was sealed with another key or for another owner, or is damaged */
  open(sealed: string, owner: string): string {
    const [form, keyId, content = '', ...rest] = sealed.split('.');
    if (form !== version || rest.length > 0) throw new UnsealError('it is in a form that is not known here');
    if (keyId !== this.#keyId) throw new UnsealError('it was stored with another ARIFLOW_SECRET_KEY');
    const bytes = Buffer.from(content, 'base64url');
    try {
      const nonce = bytes.subarray(0, nonceSize);
      const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagSize });
      decipher.setAAD(Buffer.from(owner));
      decipher.setAuthTag(bytes.subarray(nonceSize, nonceSize + tagSize));
      const text = decipher.update(bytes.subarray(nonceSize + tagSize));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new UnsealError('it is damaged, or was stored for something else', { cause });
    }
  }
}

function derived(secretKey: string, purpose: string, size: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, 'ariflow', purpose, size));
}
