import { randomUUID } from 'node:crypto';

export interface Multipart {
  readonly contentType: string;
  readonly body: string;
}

/** Fields as `multipart/form-data` (RFC 7578). */
export function multipart(fields: readonly (readonly [name: string, value: string])[]): Multipart {
  // Random, so that no value can hold it.
  const boundary = `ariflow-${randomUUID()}`;
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join('')}--${boundary}--\r\n`,
  };
}

/** As browsers do it. */
function quoted(name: string): string {
  return name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
}
