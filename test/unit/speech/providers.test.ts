import { expect, test } from 'vitest';
import { providerLine, providersOf } from '../../../src/speech/providers.ts';

const engine = (name: string, missing?: string) => ({
  name,
  missing,
  isAvailable: () => missing === undefined,
});

test('a provider is told with all that it can be asked for, and why it cannot', () => {
  const providers = providersOf({
    speaking: [engine('gcp', 'no credentials'), engine('aws'), engine('local')],
    listening: [engine('gcp', 'no credentials'), { name: 'local', isAvailable: () => false }],
    isResting: (provider) => provider === 'aws',
  });
  expect(providers).toEqual([
    { provider: 'gcp', speaks: false, hears: false, available: false, reason: 'no credentials' },
    {
      provider: 'aws',
      speaks: true,
      hears: false,
      available: false,
      reason: 'it has failed too often, and is left alone for a while',
    },
    { provider: 'local', speaks: true, hears: false, available: true, reason: 'it is not here' },
  ]);
  expect(providers.map(providerLine)).toEqual([
    'speech: gcp: no credentials',
    'speech: aws speaks: it has failed too often, and is left alone for a while',
    'speech: local speaks: it is not here',
  ]);
});
