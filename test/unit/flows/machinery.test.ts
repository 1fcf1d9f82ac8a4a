import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

// What a call makes that has nothing to do with what it does: each of these costs some of every call.

const Controller = globalThis.AbortController;
const { any } = AbortSignal;
let made: { controllers: number; joined: number };

beforeEach(() => {
  vi.useFakeTimers();
  made = { controllers: 0, joined: 0 };
  globalThis.AbortController = class extends Controller {
    constructor() {
      super();
      made.controllers++;
    }
  };
  AbortSignal.any = (signals) => {
    made.joined++;
    return any.call(AbortSignal, signals);
  };
});
afterEach(() => {
  globalThis.AbortController = Controller;
  AbortSignal.any = any;
  vi.useRealTimers();
});

test('a call of answer, beep and hang-up makes a signal for itself, its hang-up, its flow, its prompts and each action that waits', async () => {
  const call = await givenCall();
  made.controllers = 1; // that of the call itself
  const flow = call.run({ type: 'answer' }, { type: 'beep' }, { type: 'hangup' });
  await pass(1_000);
  await flow.done;
  call.expectNothingLeft();
  expect(made.controllers).toBeLessThanOrEqual(6);
  expect(made.joined).toBe(0);
});
