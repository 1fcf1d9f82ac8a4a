import { expect, test } from 'vitest';
import { givenApi } from '../../support/store-api.ts';

test('who can be asked to speak and to listen is listed, with the reason why not', async () => {
  const providers = [
    { provider: 'gcp', speaks: false, hears: false, available: false, reason: 'no credentials' },
    { provider: 'local', speaks: true, hears: true, available: true, reason: '' },
  ];
  await using api = await givenApi({ speechProviders: () => providers });
  const { status, body } = await api.ask('GET', '/speech/providers');
  expect({ status, body }).toEqual({ status: 200, body: { result: providers, next_page_token: '' } });
});
