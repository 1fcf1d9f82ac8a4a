import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';

const refused = `
  0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 168.63.129.16
  169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.2.1 192.31.196.1 192.52.193.1
  192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
  224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.254 255.255.255.255
  :: ::1 ::2 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8
  64:ff9b:1::7f00:1 100::1 100:0:0:1::1 200::1 1fff::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:3::1 2001:10::1 2001:20::1 2001:db8::1
  2002:7f00:1:: 2002:808:808::1 2620:4f:8000::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo
  fec0::1 ff02::1 ff0e::1`
  .trim()
  .split(/\s+/);

const reachable =
  '1.1.1.1 8.8.8.8 100.63.0.1 100.128.0.1 172.32.0.1 192.0.1.1 198.20.0.1 223.255.255.254 2606:4700::1111 2a00:1450:4001::1'.split(
    ' ',
  );

describe('an address policy', () => {
  test.each(refused)('refuses %s', (address) => {
    const policy = new AddressPolicy({ allowHttp: true });
    expect([policy.allows(address, 'https:'), policy.allows(address, 'http:')]).toEqual([false, false]);
  });

  test.each(reachable)('reaches %s by https only', (address) => {
    expect(new AddressPolicy().allows(address, 'https:')).toBe(true);
    expect(new AddressPolicy().allows(address, 'http:')).toBe(false);
    expect(new AddressPolicy({ allowHttp: true }).allows(address, 'http:')).toBe(true);
  });

  test.each(['127.1', '0x7f.0.0.1', '010.0.0.1', '2130706433', 'localhost', '', '[::1]', '1.1.1.1 '])(
    'takes %j for no address',
    (address) => {
      expect(new AddressPolicy({ allow: ['0.0.0.0/0', '::/0'] }).allows(address, 'https:')).toBe(false);
    },
  );

  test('reaches what is listed, by either scheme, and nothing beside it', () => {
    const policy = new AddressPolicy({ allow: ['127.0.0.0/8', '10.1.2.3', 'fd00::/16', '::1/128'] });
    for (const address of ['127.0.0.1', '127.9.9.9', '10.1.2.3', 'fd00::5', '::1']) {
      expect(policy.allows(address, 'http:')).toBe(true);
    }
    for (const address of [
      '10.1.2.4',
      'fd01::1',
      '::2',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '128.0.0.1',
    ]) {
      expect(policy.allows(address, 'http:')).toBe(false);
    }
  });

  test.each([
    '10.0.0.0/33',
    '::/129',
    '10.1',
    'localhost',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '',
    '10.0.0.0/-1',
    'fe80::1%lo',
  ])('does not start with %j in the list', (network) => {
    expect(() => new AddressPolicy({ allow: [network] })).toThrow(ConfigurationError);
  });
});

describe('checking a URL', () => {
  const closed = new AddressPolicy();
  const local = new AddressPolicy({ allow: ['127.0.0.0/8', '::1'] });
  const check = (policy: AddressPolicy, text: string) => {
    const checked = policy.checkUrl(text);
    return 'url' in checked ? checked.url.href : checked.code;
  };

  test('accepts https to a name or a public address, and drops the fragment', () => {
    expect(check(closed, 'https://example.com/hook?a=1#part')).toBe('https://example.com/hook?a=1');
    expect(check(closed, 'https://8.8.8.8:8443/')).toBe('https://8.8.8.8:8443/');
    expect(check(closed, 'https://[2606:4700::1111]/')).toBe('https://[2606:4700::1111]/');
  });

  test.each([
    ['ftp://example.com/', 'invalid'],
    ['file:///etc/passwd', 'invalid'],
    ['example.com', 'invalid'],
    ['https://', 'invalid'],
    ['', 'invalid'],
    ['https://user:secret@example.com/', 'invalid'],
    ['https://user@example.com/', 'invalid'],
    ['https://example.com:0/', 'invalid'],
    ['https://example.com:99999/', 'invalid'],
    ['https://1.2.3.4.5/', 'invalid'],
    ['https://256.1.1.1/', 'invalid'],
    [`https://example.com/${'a'.repeat(8_192)}`, 'invalid'],
    ['http://example.com/', 'invalid'],
    ['http://8.8.8.8/', 'invalid'],
    ['http://10.0.0.1/', 'blocked'],
    ['https://10.0.0.1/', 'blocked'],
    ['https://localhost/', 'blocked'],
    ['https://a.localhost./', 'blocked'],
    ['http://localhost/', 'blocked'],
    ['https://[::ffff:10.0.0.1]/', 'blocked'],
    ['https://①②⑦.0.0.1/', 'blocked'],
    ['https://0x7f000001/', 'blocked'],
    ['https://2130706433/', 'blocked'],
    ['https://017700000001/', 'blocked'],
    ['https://127.1/', 'blocked'],
    ['https:\\\\127.0.0.1\\', 'blocked'],
    ['https://127.0.0.1.:443/', 'blocked'],
  ])('refuses %s', (text, code) => {
    expect(check(closed, text)).toBe(code);
  });

  test('accepts http towards the list, by address or by a name of this machine', () => {
    for (const text of [
      'http://127.0.0.1:3000/',
      'http://localhost:3000/',
      'http://hooks.localhost/',
      'http://[::1]/',
    ]) {
      expect(check(local, text)).toBe(text);
    }
    expect(check(local, 'http://example.com/')).toBe('invalid');
    expect(check(new AddressPolicy({ allowHttp: true }), 'http://example.com/')).toBe('http://example.com/');
  });
});
