import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { goTo, inPage, press } from '../support/browser.ts';
import { sees, withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

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

test('of a call whose trace is without digits they are nowhere, and are said by whoever meets it again', async () => {
  const actions = [
    { id: 'up', type: 'answer' },
    { id: 'key', type: 'digits_receive', option: { duration: 60_000, length: 4 } },
    { id: 'where', type: 'branch', option: { target_ids: { '4711': 'good' }, default_target_id: 'bye' } },
    { id: 'good', type: 'beep' },
    { id: 'bye', type: 'hangup' },
  ];
  const more = { trace: true, trace_digits: 'mask' };
  const flow = await system.api.post<{ id: string }>('/v1.0/flows', { name: 'sealed', actions, ...more });
  await system.api.post('/v1.0/numbers', { number: '778', call_flow_id: flow.body.id });
  const call = await (await system.caller()).call('778');
  const callId = await system.callTo('778');
  await eventually(
    async () => {
      const { body } = await system.api.get<{ action: { id: string } }>(`/v1.0/calls/${callId}`);
      return body.action.id === 'key';
    },
    { what: 'digits to be waited for' },
  );
  await call.digits('4711');
  await call.ended;
  await system.history(callId);
  const { body } = await system.api.get<{ events: { type: string; what: string; data: object }[] }>(
    `/v1.0/calls/${callId}/timeline?type=digit,variables`,
  );
  expect(body.events.filter(({ type }) => type === 'digit').map(({ what }) => what)).toEqual(['***']);
  expect(body.events.length).toBeGreaterThan(1);
  expect(JSON.stringify(body.events.map(({ data }) => data))).not.toContain('4711');
  // Who is told by webhook is told as ever.
  const told = system.sink.eventsOf(callId).find(({ type }) => type === 'digits_received');
  expect(told?.data).toMatchObject({ digits: '4711' });

  await goTo(page, `/calls/${callId}`);
  await sees(page, 'Keys that were not kept');
  await press(page, 'Replay');
  await sees(page, 'the keys at key were not kept, and no digits say them');
  await page.locator('::-p-aria([name="Keys that were not kept"])').fill('4711');
  await press(page, 'Replay');
  await sees(page, '6 steps, the same as then');
  expect(await inPage(page, "document.querySelectorAll('[role=status] :is(ins, del)').length")).toBe(0);

  // And with another flow, which it names.
  const other = [
    { id: 'up', type: 'answer' },
    { id: 'bye', type: 'hangup' },
  ];
  const { body: made } = await system.api.post<{ id: string }>('/v1.0/flows', {
    name: 'short',
    actions: other,
  });
  await page.reload();
  await sees(page, 'Keys that were not kept');
  await page.waitForSelector(`.filters option[value="${made.id}"]`);
  await page.select('.filters select', made.id);
  await press(page, 'Replay');
  await sees(page, '6 steps, 3 of them other than then');

  // One that would never come to its end says so.
  const ring = [
    { id: 'up', type: 'answer' },
    { id: 'on', type: 'beep' },
    { type: 'goto', option: { target_id: 'on' } },
  ];
  await system.api.put(`/v1.0/flows/${made.id}`, { actions: ring });
  await press(page, 'Replay');
  await sees(page, 'It was cut short: it takes more steps than are simulated, perhaps for ever');
});
