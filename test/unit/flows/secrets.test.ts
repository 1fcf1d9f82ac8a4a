import { describe, expect, test } from 'vitest';
import {
  hidden,
  hiddenIn,
  secretsIn,
  withoutSecrets,
  withoutSecretValues,
} from '../../../src/flows/secrets.ts';
import { withStoredSecrets } from '../../../src/flows/stored-secrets.ts';

const zero = '00000000-0000-0000-0000-000000000000';
const action = (id: string, option: Readonly<Record<string, unknown>>, type = 'webhook_send') => ({
  id,
  next_id: zero,
  type,
  option,
});

describe('secrets', () => {
  test.each([
    [
      { auth: { type: 'basic', username: 'u', password: 's3' } },
      { auth: { type: 'basic', username: 'u', password: hidden } },
    ],
    [{ auth: { type: 'bearer', token: 's3' } }, { auth: { type: 'bearer', token: hidden } }],
    [{ headers: [{ name: 'X-Api-Key', value: 's3' }] }, { headers: [{ name: 'X-Api-Key', value: hidden }] }],
    [
      { headers: [{ name: 'authorization', value: 'Bearer s3' }] },
      { headers: [{ name: 'authorization', value: hidden }] },
    ],
    [
      { query: [{ name: 'sig', value: 's3', mandatory: true }] },
      { query: [{ name: 'sig', value: hidden, mandatory: true }] },
    ],
    [
      { uri: 'https://u:s3@a.test/x?token=s3&page=2&key=s3#f' },
      { uri: `https://u:${hidden}@a.test/x?token=${hidden}&page=2&key=${hidden}#f` },
    ],
    [
      { event_url: 'https://a.test/?access_token=s3' },
      { event_url: `https://a.test/?access_token=${hidden}` },
    ],
    [
      {
        data: { client_secret: 's3', secretKey: 's4', jwt: 's5', 'signing-key': 's6', pin: { password: 33 } },
      },
      {
        data: {
          client_secret: hidden,
          secretKey: hidden,
          jwt: hidden,
          'signing-key': hidden,
          pin: { password: hidden },
        },
      },
    ],
    [
      { actions: [action('n', { auth: { token: 's3' } })] },
      { actions: [action('n', { auth: { token: hidden } })] },
    ],
  ])('are hidden wherever they stand: %j', (option, shown) => {
    expect(withoutSecrets(option)).toEqual(shown);
    expect(withoutSecrets(shown)).toEqual(shown);
    expect(JSON.stringify(withoutSecretValues(option))).not.toContain('s3');
    expect(secretsIn(option).length).toBeGreaterThan(0);
  });

  test('are no keys, tones of speech or words that only look like them', () => {
    const option = {
      key: 'token',
      value: 'x',
      text: 'Your password is at https://a.test/reset?page=token',
      auth: { type: 'none', password: '' },
      headers: [{ name: 'X-Token-Type', value: 'a' }],
      __proto__x: 1,
    };
    expect(withoutSecrets(option)).toEqual(option);
    expect(secretsIn(option)).toEqual([]);
  });

  test('that are placeholders are shown as written, their values are not', () => {
    const option = {
      auth: { type: 'bearer', token: '${user.key.token}' },
      headers: [{ name: 'Authorization', value: 'Bearer ${t}' }],
    };
    expect(withoutSecrets(option)).toEqual(option);
    expect(secretsIn(option)).toEqual([]);
    expect(withoutSecretValues(option)).toEqual({
      auth: { type: 'bearer', token: hidden },
      headers: [{ name: 'Authorization', value: hidden }],
    });
  });
});

describe('a flow that is sent back as it was shown', () => {
  const stored = [
    action('a', {
      uri: 'https://a.test/?token=s1',
      auth: { type: 'basic', username: 'u', password: 's2' },
      headers: [
        { name: 'X-Token', value: 's3' },
        { name: 'X-Token', value: 's4' },
      ],
    }),
    action('b', { actions: [action('c', { auth: { type: 'bearer', token: 's5' } })] }, 'call'),
  ];

  test('keeps the secrets, deep ones too', () => {
    expect(withStoredSecrets(withoutSecrets(stored), stored)).toEqual(stored);
  });

  test('keeps them where headers and actions come in another order, and something else is changed', () => {
    const [a, b] = withoutSecrets(stored);
    const { option } = a as (typeof stored)[0];
    const headers = [{ name: 'X-New', value: '1' }, ...(option.headers as object[])];
    const changed = { ...a, option: { ...option, timeout: 100, headers } };
    const [first, second] = withStoredSecrets([b, changed], stored) as typeof stored;
    expect(first).toEqual(stored[1]);
    expect(second?.option).toEqual({
      ...stored[0]?.option,
      timeout: 100,
      headers: [
        { name: 'X-New', value: '1' },
        { name: 'X-Token', value: 's3' },
        { name: 'X-Token', value: 's4' },
      ],
    });
  });

  test('takes new ones, and says where one is hidden that nobody has', () => {
    const given = [
      action('a', { auth: { type: 'basic', username: 'u', password: 'new' } }),
      action('x', { auth: { type: 'basic', username: 'u', password: hidden } }),
      action('c', { auth: { type: 'bearer', token: hidden } }, 'fetch'),
    ];
    expect(withStoredSecrets(given, stored)).toEqual(given);
    expect(hiddenIn(withStoredSecrets(given, stored))).toEqual([
      [1, 'option', 'auth', 'password'],
      [2, 'option', 'auth', 'token'],
    ]);
  });
});
