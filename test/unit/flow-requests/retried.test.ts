import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sleep } from '../../../src/core/wait.ts';
import { doubling, type Retrying, retried } from '../../../src/flow-requests/retried.ts';
import type { NoReply, UserReply } from '../../../src/ports/http.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Result = UserReply | NoReply | undefined;

const reply = (status: number): UserReply => ({ status, headers: {}, body: Buffer.alloc(0) });
const none = (failure: NoReply['failure']): NoReply => ({ failure, message: '' });

/** What comes of tries that end like these, one after the other, each after so many milliseconds. */
async function tried(results: readonly Result[], rules: Partial<Retrying> = {}, lasting = 0) {
  const sent: number[] = [];
  const paused: unknown[] = [];
  const { signal } = new AbortController();
  const trying = retried(
    async (most) => {
      sent.push(most);
      if (lasting > 0) await sleep(lasting, signal);
      return results[sent.length - 1];
    },
    {
      ...{ pauses: doubling(3), isPatient: false, signal },
      onPause: async (...pause) => void paused.push(pause),
      ...rules,
    },
  );
  await vi.advanceTimersByTimeAsync(60_000);
  return { result: await trying, sent, paused };
}

test.each<[string, Result]>([
  ['no connection', none('unreachable')],
  ['too many requests', reply(429)],
  ['an error of the server', reply(503)],
])('%s is for later, until the retries are used up', async (_, result) => {
  const { sent, paused } = await tried([result, result, result, result, result]);
  expect(sent).toHaveLength(4);
  expect(paused).toEqual([
    [200, [400, 800]],
    [400, [800]],
    [800, []],
  ]);
});

test.each<[string, Result]>([
  ['a good reply', reply(204)],
  ['a refusal', reply(404)],
  ['what will never have a reply', none('blocked')],
  ['nobody to send to', undefined],
])('%s is the result', async (_, last) => {
  const { result, sent } = await tried([reply(500), last]);
  expect([result, sent.length]).toEqual([last, 2]);
});

test('who does not answer in time is asked again only where nobody waits', async () => {
  const late = none('timeout');
  expect((await tried([late, reply(200)])).result).toBe(late);
  expect((await tried([late, reply(200)], { isPatient: true })).result).toMatchObject({ status: 200 });
});

test('all tries and pauses together take so long at most', async () => {
  const fails = Array.from({ length: 9 }, () => reply(500));
  const { sent } = await tried(fails, { longest: 1_000, pauses: doubling(8) }, 300);
  expect(sent).toEqual([1_000, 500]); // a third would begin after 1 200 ms
});
