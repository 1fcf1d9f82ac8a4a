import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorSchema } from '../../../src/api/problems.ts';
import { isSoak } from '../../support/scale.ts';
import { givenApi } from '../../support/store-api.ts';

const numRuns = isSoak ? 20_000 : 1_000;

const good = {
  name: 'w',
  detail: '',
  uri: 'https://example.com/hook',
  method: 'POST',
  event_types: ['call_*'],
  status: 'active',
  is_default: false,
  auth: { type: 'basic', username: 'u', password: 'p' },
  secret: 'whsec_c2VjcmV0c2VjcmV0',
};

/** Texts that break things: controls, lone surrogates, prototypes, numbers as text, things of other fields. */
const nasty = fc.oneof(
  fc.constantFrom(
    ...Object.keys(good),
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    '1e999',
    '*',
    'whsec_',
  ),
  fc.constantFrom(
    'http://127.0.0.1',
    'https://[::1]',
    'javascript:alert(1)',
    'https://u:p@x',
    '//x',
    "' or 1=1 --",
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const value = fc.oneof(
  nasty,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, -0, 1e308, [], {}, [[[]]]),
);

/** A good body in which some fields are bad, some are missing and some are too many; or none at all. */
const body = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(
      fc.dictionary(fc.constantFrom(...Object.keys(good)), value, { maxKeys: 3 }),
      fc.subarray(Object.keys(good)),
      fc.dictionary(nasty, value, { maxKeys: 1 }),
    ).map(([changed, dropped, extra]) => {
      const kept = Object.entries({ ...good, ...changed, ...extra }).filter(([key]) => !dropped.includes(key));
      return Object.fromEntries(kept);
    }) },
  { weight: 1, arbitrary: value },
); // biome-ignore format: the two weights

test(
  'whatever a body says, it is stored as it says or refused with the paths of what is wrong',
  async () => {
    await using api = await givenApi({}, { requests: 1_000_000, failures: 1_000_000 });
    const { id } = (await api.ask('POST', '/webhooks', { uri: good.uri })).body;
    const seen = new Map<number, number>();
    const ask = async (method: 'POST' | 'PUT', path: string, payload: unknown) => {
      const text = JSON.stringify(payload);
      const headers = {
        authorization: 'Bearer correct-horse-battery-staple',
        'content-type': 'application/json',
      };
      const { status, body: answer } = await api.send({
        method,
        url: `/v1.0${path}`,
        headers,
        payload: text,
      });
      seen.set(status, (seen.get(status) ?? 0) + 1);
      if (status === 200) return expect(answer.event_types).toBeInstanceOf(Array);
      expect(status, text).toBe(400);
      expect(errorSchema.safeParse(answer).success, text).toBe(true);
      expect(JSON.stringify(answer), text).not.toMatch(/\.[tj]s:\d+/);
    };
    await fc.assert(
      fc.asyncProperty(body, async (payload) => {
        await ask('POST', '/webhooks', payload);
        await ask('PUT', `/webhooks/${id}`, payload);
      }),
      { numRuns },
    );
    // Both ways are taken: a generator that only makes rubbish proves little.
    expect(seen.get(200)).toBeGreaterThan(numRuns / 20);
    expect(seen.get(400)).toBeGreaterThan(numRuns / 2);
    expect(api.lines.filter((line) => line.includes('api_defect'))).toEqual([]);
    const { body: list } = await api.ask('GET', '/webhooks');
    expect(list.result).toHaveLength(100);
  },
  isSoak ? 600_000 : 60_000,
);
