import { expect, test } from 'vitest';
import { hostAddress } from '../../../src/external-media/host-address.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';

const policy = new AddressPolicy({ allow: ['127.0.0.0/8', '::1'] });
const { signal } = new AbortController();
const names: Readonly<Record<string, readonly string[]>> = {
  'media.example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'inside.example.com': ['10.0.0.1'],
  'both.example.com': ['93.184.215.14', '10.0.0.1'],
};
const resolve = async (name: string) => {
  const found = names[name];
  if (!found) throw new Error('ENOTFOUND');
  return found.map((address) => ({ address }));
};

test.each([
  ['127.0.0.1:8000', { address: '127.0.0.1', port: 8_000 }],
  ['[::1]:8000', { address: '::1', port: 8_000 }],
  ['93.184.215.14:65535', { address: '93.184.215.14', port: 65_535 }],
  ['media.example.com:10', { address: '93.184.215.14', port: 10 }],
])('%s is at %j', async (text, wanted) => {
  expect(await hostAddress(text, policy, signal, resolve)).toEqual(wanted);
});

test.each([
  ['10.0.0.1:8000', 'HOST_BLOCKED'],
  ['169.254.169.254:80', 'HOST_BLOCKED'],
  ['[::ffff:10.0.0.1]:80', 'HOST_BLOCKED'],
  ['0.0.0.0:80', 'HOST_BLOCKED'],
  ['224.0.0.1:80', 'HOST_BLOCKED'],
  ['inside.example.com:80', 'HOST_BLOCKED'],
  ['both.example.com:80', 'HOST_BLOCKED'],
  ['unknown.example.com:80', 'HOST_UNKNOWN'],
  ['2130706433:80', 'HOST_UNKNOWN'],
  ['93.184.215.14', 'INVALID_HOST'],
  ['93.184.215.14:0', 'INVALID_HOST'],
  ['93.184.215.14:70000', 'INVALID_HOST'],
  ['user@media.example.com:80', 'INVALID_HOST'],
  ['media.example.com:80/path', 'INVALID_HOST'],
  ['media.example.com:80,10', 'INVALID_HOST'],
  ['a b:80', 'INVALID_HOST'],
  ['::1:80', 'INVALID_HOST'],
  ['', 'INVALID_HOST'],
])('%s is refused: %s', async (text, code) => {
  await expect(hostAddress(text, policy, signal, resolve)).rejects.toMatchObject({ code });
});

test('a name that is never resolved is given up', async () => {
  const stop = new AbortController();
  const asking = hostAddress('slow.example.com:80', policy, stop.signal, () => new Promise(() => undefined));
  stop.abort(new Error('hung up'));
  await expect(asking).rejects.toThrow('hung up');
});
