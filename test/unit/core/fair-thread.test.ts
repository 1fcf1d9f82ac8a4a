import { expect, test } from 'vitest';
import { FairThread, Share, ThreadLost } from '../../../src/core/fair-thread.ts';
import { Slices } from '../../../src/core/slices.ts';

const serve = new URL('../../../src/core/thread-program.ts', import.meta.url).href;
const program = (work: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { serve } from '${serve}'; serve(${work});`)}`);
const wanted = (share = new Share(), limit = 5_000) => ({
  share,
  limit,
  signal: new AbortController().signal,
});

test('work that takes too long or too much memory takes the thread with it, and the next is done by another', async () => {
  const thread = new FairThread<string, string>({
    program: program(
      "(job, at) => { at(job); if (job === 'loop') for (;;); const kept = []; while (job === 'eat') kept.push([kept.length]); return job; }",
    ),
    megabytes: 32,
  });
  const share = new Share();
  await expect(thread.run('loop', wanted(share, 200))).rejects.toMatchObject({
    name: 'OutOfTime',
    at: 'loop',
  });
  expect(share.computed).toBeGreaterThanOrEqual(200);
  await expect(thread.run('eat', wanted(share, 60_000))).rejects.toThrow(ThreadLost);
  expect(await thread.run('fine', wanted())).toBe('fine');
  await thread.close();
});

test('what counts is the processor: work that was not let at it has ten times as long', async () => {
  const sleep = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)';
  const thread = new FairThread<number, number>({
    program: program(`(ms) => { ${sleep}; return ms; }`),
    megabytes: 32,
  });
  const share = new Share();
  expect(await thread.run(600, wanted(share, 200))).toBe(600);
  expect(share.computed).toBeLessThan(200);
  await expect(thread.run(60_000, wanted(share, 50))).rejects.toMatchObject({ name: 'OutOfTime' });
  expect(await thread.run(1, wanted())).toBe(1);
  await thread.close();
});

test('who waits while the thread is closed, or cannot begin, is told so', async () => {
  const closed = new FairThread<string, string>({ program: program('() => { for (;;); }'), megabytes: 32 });
  const waiting = [closed.run('a', wanted()), closed.run('b', wanted())];
  const told = Promise.allSettled(waiting);
  await closed.close();
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const broken = new FairThread<string, string>({
    program: new URL('data:text/javascript,throw 1'),
    megabytes: 32,
  });
  await expect(broken.run('a', wanted())).rejects.toThrow(ThreadLost);
});

test('slices are given one in a turn of the loop, in the order they were asked for', async () => {
  const slices = new Slices();
  const order: string[] = [];
  const take = async (name: string) => {
    await slices.next();
    order.push(name);
  };
  const all = Promise.all([take('a'), take('b'), take('c')]);
  await new Promise((resolve) => setImmediate(resolve));
  const first = [...order];
  await all;
  expect(first).toEqual(['a']);
  expect(order).toEqual(['a', 'b', 'c']);
});
