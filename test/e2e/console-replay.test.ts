import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { goTo, press } from '../support/browser.ts';
import { sees, withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';

let system: System;
let page: Page;
withConsole({}, (opened) => ({ system, page } = opened));

test('a call that was traced is met once more on its page, step by step', async () => {
  const actions = [
    { id: 'up', type: 'answer' },
    { id: 'beep', type: 'beep' },
    { id: 'bye', type: 'hangup' },
  ];
  const flow = await system.api.post<{ id: string }>('/v1.0/flows', { name: 'traced', actions, trace: true });
  await system.api.post('/v1.0/numbers', { number: '777', call_flow_id: flow.body.id });
  const call = await (await system.caller()).call('777');
  const callId = await system.callTo('777');
  await call.ended;
  await system.history(callId);
  await goTo(page, `/calls/${callId}`);
  await sees(page, 'Once more');
  await press(page, 'Replay');
  await sees(page, '4 steps, the same as then');
  const steps = await page.$$eval('[role=status] ol li', (items) =>
    items.map(({ textContent }) => textContent),
  );
  expect(steps).toEqual(['answer up', 'beep', 'hangup bye', 'hung up by the flow']);
});
