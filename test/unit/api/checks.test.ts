import { expect, test } from 'vitest';
import { givenApi } from '../../support/store-api.ts';
import { until } from '../../support/until.ts';

test('what is wrong around the daemon is looked at once for all who ask meanwhile, and again for the next', async () => {
  const looks: ((text: string) => void)[] = [];
  await using api = await givenApi({
    look: async () => {
      const text = await new Promise<string>((resolve) => looks.push(resolve));
      return [{ what: 'disk', verdict: 'warning', text }];
    },
  });
  const both = [api.ask('GET', '/checks'), api.ask('GET', '/checks')];
  await until(() => looks.length > 0);
  looks[0]?.('nearly full');
  for (const answer of await Promise.all(both))
    expect(answer).toMatchObject({
      status: 200,
      body: {
        result: [{ what: 'disk', verdict: 'warning', text: 'nearly full' }],
        tm_check: expect.stringMatching(/^20\d\d-/),
      },
    });
  const next = api.ask('GET', '/checks');
  await until(() => looks.length > 1);
  looks[1]?.('full');
  expect((await next).body.result[0].text).toBe('full');
  expect(looks).toHaveLength(2);
  expect((await api.ask('GET', '/checks?x=1')).status).toBe(400);
});

test('what fails while it is looked at is an error, and nobody waits for it for ever', async () => {
  let isWrong = true;
  await using api = await givenApi({
    look: async () => {
      if (isWrong) throw new Error('no disk');
      return [];
    },
  });
  expect((await api.ask('GET', '/checks')).status).toBe(500);
  isWrong = false;
  expect((await api.ask('GET', '/checks')).body.result).toEqual([]);
});
