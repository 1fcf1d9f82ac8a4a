import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { configWarnings } from '../../../src/config/warnings.ts';

const warnings = (env: Readonly<Record<string, string>>) =>
  configWarnings(loadConfig({ ARIFLOW_DATA_DIR: '/nonexistent', ...env }));

test('a trunk elsewhere cannot answer to a loopback address', () => {
  expect(warnings({ ARIFLOW_TRUNK_URI: 'sip:trunk.example.com:5080' })).toEqual([
    expect.stringContaining('sip.host is 127.0.0.1'),
  ]);
});

test('a codec that Asterisk cannot translate is told, one by one', () => {
  expect(warnings({ ARIFLOW_CODECS: 'alaw,g729,opus,ilbc' })).toEqual([
    expect.stringMatching(/^codecs: .* g729: /),
    expect.stringMatching(/^codecs: .* ilbc: /),
  ]);
});

test('several daemons on one database need one secret key', () => {
  const database = { ARIFLOW_DATABASE_URL: 'postgres://db/ariflow' };
  expect(warnings(database)).toEqual([expect.stringMatching(/^secret_key is not set/)]);
  expect(warnings({ ...database, ARIFLOW_SECRET_KEY: 'x'.repeat(32) })).toEqual([]);
});

test.each([
  {},
  { ARIFLOW_TRUNK_URI: 'sip:127.0.0.1:5080' },
  { ARIFLOW_TRUNK_URI: 'sip:localhost' },
  { ARIFLOW_TRUNK_URI: 'sip:trunk.example.com', ARIFLOW_SIP_HOST: '192.0.2.7' },
])('%j is fine', (env) => {
  expect(warnings(env)).toEqual([]);
});
