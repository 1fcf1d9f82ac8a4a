import type { Page } from 'puppeteer-core';
import { beforeAll, expect, test } from 'vitest';
import { goTo, inPage, press, untilInPage } from '../support/browser.ts';
import { sees, withConsole } from '../support/console.ts';
import { flawsOf } from '../support/console-look.ts';
import type { System } from '../support/system.ts';

let system: System;
let page: Page;
withConsole(
  { env: { ARIFLOW_WEBRTC: 'on' }, expected: [/Playback failed for sound/] },
  (opened) => ({ system, page } = opened),
);

const wait = [{ type: 'answer' }, { id: 'wait', type: 'sleep', option: { duration: 60_000 } }];

/** Flows that are older than the hundred which a list is answered with. */
let waiting: string;
let ending: string;

beforeAll(async () => {
  waiting = await system.flowOn('7801', wait);
  ending = await system.flowOn('7802', [{ id: 'end', type: 'hangup' }]);
  for (let number = 0; number < 100; number++)
    await system.api.post('/v1.0/flows', { name: `later ${number}`, actions: [] });
  await press(page, 'Phone');
  await page.waitForSelector('#phone .dot.ready');
});

/** What the meter in the page shows of the sound that it plays, from 0 (silence) to 1: of speech it is there again and again. */
const meter = "(document.querySelector('#phone meter')?.value ?? 0)";
const hears = async (): Promise<void> => {
  for (let times = 0; times < 5; times++) {
    await untilInPage(page, `${meter} > 0.3`);
    await untilInPage(page, `${meter} !== ${await inPage(page, meter)}`);
  }
};
const hearsNothing = (): Promise<void> => untilInPage(page, `${meter} === 0`);

test('the page calls 100, hears the welcome, is answered when it presses a key, and hangs up', async () => {
  await press(page, 'Call');
  await hears();
  const callId = await system.callTo('100');
  await press(page, '1');
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'call_updated' && data.id === callId && (data.action as { id?: string }).id === 'about',
  );
  await hearsNothing();
  await hears();
  await page.locator('#phone button.danger').click();
  await page.waitForSelector('#phone form');
  const types = await system.history(callId);
  expect(types.at(-1)).toBe('activeflow_deleted');
  const { body } = await system.api.get(`/v1.0/calls/${callId}`);
  expect(body).toMatchObject({ status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' });
});

test('the phone has room at every width, light or dark, for everybody: while it is idle and while it talks', async () => {
  await system.flowOn('7803', wait);
  const found = [...(await flawsOf(page, 'an idle phone', 0))];
  await page.locator('#phone input[inputmode=tel]').fill('7803');
  await press(page, 'Call');
  await page.waitForSelector('#phone .keypad');
  found.push(...(await flawsOf(page, 'a phone that talks', 5)));
  expect(await page.$('#phone .keypad')).not.toBeNull();
  const callId = await system.callTo('7803');
  await page.locator('#phone button.danger').click();
  await page.waitForSelector('#phone form');
  await system.history(callId);
  expect(found).toEqual([]);
});

test('the page is rung, answers, hears who calls, and is told that he has gone', async () => {
  const extension = await page.$eval('#phone h2 small', ({ textContent }) => textContent);
  const phone = await system.caller();
  const call = await phone.call(String(extension));
  await sees(page, 'is calling you');
  await press(page, 'Answer');
  await call.answered;
  call.tone(700);
  await hears();
  await call.bye();
  await page.waitForSelector('#phone form');
});

test('a flow that is older than a hundred others is chosen by its id: to be called, to be gone on with, of a list', async () => {
  await page.locator('#phone [aria-label="Flow, as an id"]').fill(waiting);
  await press(page, 'Call');
  const created = await system.sink.waitFor(
    ({ type, data }) => type === 'call_created' && data.flow_id === waiting,
  );
  const callId = String(created.data.id);
  await page.waitForSelector('#phone .keypad');

  await goTo(page, `/calls/${callId}`);
  await press(page, 'Redirect');
  await page.locator('dialog [aria-label="Flow, as an id"]').fill(ending);
  await page.locator('dialog button[type=submit]').click();
  await page.waitForSelector('#phone form');
  await system.history(callId);

  await goTo(page, '/numbers');
  await page.locator('main [aria-label="Flow, as an id"]').fill(ending);
  await untilInPage(page, "document.querySelectorAll('main tbody tr').length === 1");
  await sees(page, '7802');
});

test('a page that is closed hangs up', async () => {
  await press(page, 'Call');
  await hears();
  const callId = await system.callTo('100');
  await page.close({ runBeforeUnload: false });
  await system.history(callId);
});
