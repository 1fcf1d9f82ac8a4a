import { isIP } from 'node:net';

const place =
  /^sip:([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::([1-9]\d{0,4}))?$/;

/** `sip:host[:port]`, and nothing else that a URI may have: it becomes part of what is dialled. */
export function isSipPlace(uri: string): boolean {
  const [, host = '', port = '5060'] = place.exec(uri) ?? [];
  if (host === '' || Number(port) > 65_535) return false;
  return !host.startsWith('[') || isIP(host.slice(1, -1)) === 6;
}
