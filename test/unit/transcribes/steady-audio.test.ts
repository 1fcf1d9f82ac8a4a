import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Scope } from '../../../src/core/scope.ts';
import { SteadyAudio } from '../../../src/transcribes/steady-audio.ts';
import { pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const frame = Int16Array.from({ length: 160 }, (_, index) => index + 1);

function given() {
  const heard: number[] = [];
  const scope = new Scope((error) => {
    throw error;
  });
  const audio = new SteadyAudio((samples) => heard.push(...samples), scope);
  const talk = async (frames: number) => {
    for (let count = 0; count < frames; count++) {
      audio.write(frame);
      await pass(20);
    }
  };
  return { heard, scope, audio, talk };
}

test('audio that comes as it is spoken goes through as it is', async () => {
  const { heard, scope, talk } = given();
  await talk(100);
  expect(heard).toEqual(Array.from({ length: 100 }, () => [...frame]).flat());
  await scope.close();
});

test('a pause is silence, as long as it was', async () => {
  const { heard, scope, talk } = given();
  await talk(10);
  await pass(2_000);
  await talk(10);
  const times = heard.length / 8;
  expect(times).toBeGreaterThan(2_370);
  expect(times).toBeLessThanOrEqual(2_400);
  expect(heard.slice(10 * 160, -10 * 160).every((sample) => sample === 0)).toBe(true);
  await scope.close();
});

test('what comes late and all at once is not torn', async () => {
  const { heard, scope, audio, talk } = given();
  await talk(10);
  await pass(400);
  for (let count = 0; count < 20; count++) audio.write(frame);
  await talk(10);
  expect(heard.every((sample) => sample !== 0)).toBe(true);
  await scope.close();
});

test('what a process that was held up has not read yet is not taken for a pause', async () => {
  const { heard, scope, audio, talk } = given();
  await talk(10);
  vi.setSystemTime(Date.now() + 3_000); // nothing runs meanwhile
  const held = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_000);
  await pass(100);
  held.mockRestore();
  audio.write(frame);
  expect(heard.every((sample) => sample !== 0)).toBe(true);
  await scope.close();
});

test('nothing comes after its end', async () => {
  const { heard, scope } = given();
  await pass(1_000);
  await scope.close();
  const before = heard.length;
  await pass(1_000);
  expect(heard.length).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
});
