import { once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { Share } from '../../../../src/core/fair-thread.ts';
import { Scope } from '../../../../src/core/scope.ts';
import { startReading } from '../../../../src/daemon/reading.ts';
import { isCheap } from '../../../../src/flows/reading/mapping.ts';
import type { UserReply } from '../../../../src/ports/http.ts';
import { catalogue } from '../../../support/call-fixture.ts';

const scope = new Scope((error) => {
  throw error;
});
const replies = startReading(catalogue, {}, scope);
afterAll(() => scope.close());

const replyOf = (text: string): UserReply => ({ status: 200, headers: {}, body: Buffer.from(text) });
const mapOf = (type: 'json' | 'xml', ...paths: readonly string[]) => ({
  type,
  map: paths.map((path, index) => ({ variable: `x${index}`, path, mandatory: false })),
});
const reading = (share = new Share(), signal = scope.signal) => ({ share, signal });

const nested = (depth: number): unknown => (depth === 0 ? 'x'.repeat(700) : [nested(depth - 1)]);
/** 177 KB in which `$..*..*..*..*` finds thirty million things. */
const bomb = JSON.stringify(Array.from({ length: 220 }, () => nested(45)));
const smallBomb = JSON.stringify(nested(45));
const list = JSON.stringify(Array.from({ length: 1_000 }, (_, id) => ({ id, name: 'x'.repeat(20) })));
const xml = `<r>${'<a>x</a>'.repeat(122_000)}</r>`;
const fetches = JSON.stringify(
  Array.from({ length: 1_000 }, () => ({ type: 'fetch', option: { event_url: 'https://example.com/next' } })),
);

describe('a reply that takes for ever', () => {
  test.each([
    ['json', bomb, '$..*..*..*..*'],
    ['json', `[${'{"a":1},'.repeat(20_000)}{}]`, '$[?count($[?count($..*)>1])>1]'],
    ['json', smallBomb, '$..*..*..*..*..*..*'],
    ['xml', `<r>${'<a/>'.repeat(20_000)}</r>`, '//a[count(../a[count(../a) > 1]) > 1]'],
  ] as const)(
    'of %s is given up, names its path and is charged to whoever reads it',
    async (type, text, path) => {
      const share = new Share();
      const told = await replies
        .variables(replyOf(text), mapOf(type, path), reading(share))
        .catch((error) => error);
      expect(told).toMatchObject({ reason: expect.stringMatching(/^INVALID_RESPONSE/) });
      expect(told.message).toMatch(/takes too (long|much)/);
      expect(share.computed).toBeGreaterThan(100);
      expect(share.elapsed).toBeGreaterThanOrEqual(share.computed / 2);
    },
  );

  test('leaves the next one as well off as before', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(100_000), a: { b: 7 } });
    expect(await replies.variables(replyOf(large), mapOf('json', '$.a.b'), reading())).toEqual([['x0', '7']]);
  });

  test('lets the loop serve everybody else', async () => {
    const shares = Array.from({ length: 3 }, () => new Share());
    const before = process.threadCpuUsage();
    await Promise.allSettled(
      shares.flatMap((share) => [
        replies.variables(replyOf(bomb), mapOf('json', '$..*..*..*..*'), reading(share)),
        replies.variables(replyOf(xml), mapOf('xml', '//a'), reading(share)),
        replies.actions(replyOf(fetches), new Set(), reading(share)),
      ]),
    );
    // Its own processor time, whatever else the machine does.
    const { user, system } = process.threadCpuUsage(before);
    const computed = shares.reduce((sum, share) => sum + share.computed, 0);
    expect((user + system) / 1_000).toBeLessThan(computed / 3);
  });

  test('is no more to whoever has gone', async () => {
    const gone = new AbortController();
    const read = replies.variables(
      replyOf(list),
      mapOf('json', '$..*..*..*'),
      reading(new Share(), gone.signal),
    );
    gone.abort(new Error('hung up'));
    await expect(read).rejects.toThrow('hung up');
  });
});

test('many replies of one flow delay that of another by one at most', async () => {
  const [greedy, modest] = [new Share(), new Share()];
  const order: string[] = [];
  // The system may count the processor's time by ticks: each is to take some of them.
  const long = JSON.stringify(Array.from({ length: 6_000 }, (_, id) => ({ id, name: 'x'.repeat(20) })));
  const read = async (name: string, share: Share) => {
    await replies.variables(replyOf(long), mapOf('json', '$..id'), reading(share));
    order.push(name);
  };
  await read('first', greedy);
  await Promise.all([...Array.from({ length: 8 }, () => read('greedy', greedy)), read('modest', modest)]);
  expect(greedy.computed).toBeGreaterThan(0);
  expect(order.indexOf('modest')).toBeLessThanOrEqual(2);
});

describe('actions in a reply', () => {
  test('are checked as everywhere, a thousand of them too', async () => {
    const actions = await replies.actions(replyOf(fetches), new Set(), reading());
    expect(actions).toHaveLength(1_000);
    expect(actions[0]).toMatchObject({ type: 'fetch', id: expect.stringMatching(/^[\w-]{36}$/) });
    const wrong = fetches.replace('https://example.com/next', 'http://10.0.0.1/');
    await expect(replies.actions(replyOf(wrong), new Set(), reading())).rejects.toMatchObject({
      code: 'INVALID_FLOW',
      message: expect.stringContaining('actions[0].option.event_url'),
    });
    await expect(
      replies.actions(replyOf(`[${' '.repeat(10_000)}`), new Set(), reading()),
    ).rejects.toMatchObject({
      code: 'INVALID_RESPONSE',
    });
  });

  test('may jump to those around', async () => {
    const jump = JSON.stringify([
      { type: 'goto', option: { target_id: 'outside' } },
      ...JSON.parse(fetches).slice(1),
    ]);
    const actions = await replies.actions(replyOf(jump), new Set(['outside']), reading());
    expect(actions).toHaveLength(1_000);
  });
});

test.each([
  ['$.a.b[0].c', true],
  ["data['a b'].c", true],
  ['$.items[*].name', true],
  ['$..name', false],
  ['$.a[*].b[*]', false],
  ['$[?@.a > 1]', false],
  ['$.a[0:5]', false],
])('%s on a small reply is read at once: %s', (path, isAtOnce) => {
  const { body } = replyOf('{"a": 1}');
  expect(isCheap({ contentType: '', body, response: mapOf('json', path) })).toBe(isAtOnce);
});

test('a thread keeps no process alive', async () => {
  const { spawn } = await import('node:child_process');
  const program = `
    const { startReading } = await import('./src/daemon/reading.ts');
    const { Scope } = await import('./src/core/scope.ts');
    const { Share } = await import('./src/core/fair-thread.ts');
    const replies = startReading(new Map(), {}, new Scope(() => undefined));
    const reading = { share: new Share(), signal: new AbortController().signal };
    const keep = setInterval(() => undefined, 1_000);
    await replies.variables({ status: 200, headers: {}, body: Buffer.from('{"a":1}') }, ${JSON.stringify(mapOf('json', '$..a'))}, reading);
    clearInterval(keep);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: process.cwd(),
    stdio: 'inherit',
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
});
