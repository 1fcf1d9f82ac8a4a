import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { barriers, goTo, inPage, press, untilInPage } from '../support/browser.ts';
import { sees, withConsole } from '../support/console.ts';
import { playedBy } from '../support/page-ear.ts';
import type { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

let system: System;
let page: Page;
withConsole(
  { env: { ARIFLOW_WEBRTC: 'on' }, expected: [/Playback failed for sound/] },
  (opened) => ({ system, page } = opened),
);

const menu = [
  {
    id: 'ask',
    type: 'menu',
    option: {
      prompts: [{ text: 'For sales, press 1.' }],
      targets: { '1': 'code', '2': 'support' },
      no_input_target_id: 'bye',
      no_match_target_id: 'bye',
    },
  },
  { id: 'code', type: 'digits_receive', option: { duration: 5_000, length: 3 }, next_id: 'bye' },
  { id: 'support', type: 'talk', option: { text: 'This is support.' } },
  { id: 'bye', type: 'talk', option: { text: 'Goodbye ${voipbin.call.digits}.' } },
];

async function open(number: string, actions: readonly unknown[]): Promise<string> {
  const id = await system.flowOn(number, actions);
  await goTo(page, `/flows/${id}`);
  await untilInPage(page, `document.querySelectorAll('.node').length === ${actions.length + 1}`);
  return id;
}

/** The ids of the actions that are lit. */
const lit = (): Promise<readonly string[]> =>
  inPage(page, "[...document.querySelectorAll('.node.lit small')].map((id) => id.textContent.trim())");
const litWays = (): Promise<number> =>
  inPage(page, "document.querySelectorAll('.react-flow__edge.lit').length");
const waits = (): Promise<void> => untilInPage(page, "document.querySelector('.simulation .keys') !== null");
const ends = (how: string): Promise<boolean> => sees(page, how);

test('a flow is simulated as it is on the screen: heard as text, keys pressed, its way lit, and nobody is called', async () => {
  const id = await open('7401', menu);
  await page.locator('#flow-name').fill('not saved');
  await press(page, 'Simulate');
  await waits();
  expect(await lit()).toEqual(['ask']);
  await sees(page, 'The menu waits for the caller');
  await sees(page, '“For sales, press 1.”');
  expect(await barriers(page)).toEqual([]);

  // One key is enough for the menu, three are asked for behind it.
  await press(page, 'Press 1');
  await sees(page, 'The digits receive waits for the caller');
  expect(await lit()).toEqual(['ask', 'code']);
  await press(page, 'Press 4');
  await sees(page, 'has got 4, and waits for more');
  await press(page, 'Press 2');
  await sees(page, 'has got 42, and waits for more');
  await press(page, 'No more keys');
  await ends('The flow has ended the call');
  await sees(page, '“Goodbye 42.”');
  expect(await lit()).toEqual(['ask', 'code', 'bye']);
  expect(await litWays()).toBe(3);

  // Keys that are pressed faster than it answers are all his.
  await press(page, 'Again');
  await waits();
  await press(page, 'Press 1');
  await sees(page, 'The digits receive waits for the caller');
  await inPage(
    page,
    "for (const key of '427') document.querySelector(`[aria-label='Press ${key}']`).click()",
  );
  await sees(page, '“Goodbye 427.”');

  // From the beginning, another way; then the caller has had enough. Who has a keyboard alone stays where he is.
  await press(page, 'Again');
  await waits();
  await page.focus('[aria-label="Press 2"]');
  await page.keyboard.press('Enter');
  await ends('The flow has ended the call');
  expect(await inPage(page, "document.activeElement.closest('.simulation') !== null")).toBe(true);
  expect(await lit()).toEqual(['ask', 'support', 'bye']);
  await press(page, 'Again');
  await waits();
  await press(page, 'The caller hangs up');
  await ends('The caller has hung up');
  expect(await lit()).toEqual(['ask']);

  // What is on the screen and not stored.
  await press(page, 'Close the simulation');
  expect(await lit()).toEqual([]);
  expect((await system.api.get<{ name: string }>(`/v1.0/flows/${id}`)).body.name).toBe('7401');
  expect((await system.api.get<{ result: unknown[] }>('/v1.0/calls')).body.result).toEqual([]);
  await press(page, 'Undo');
});

test('what the caller says is heard, when he calls counts, and what is wrong with a flow is said', async () => {
  await open('7402', [
    { id: 'name', type: 'record', option: { duration: 5, end_of_silence: 2 } },
    {
      id: 'when',
      type: 'condition_datetime',
      option: { condition: '==', month: 12, false_target_id: 'else' },
    },
    { id: 'december', type: 'talk', option: { text: 'It is December.' }, next_id: 'end' },
    { id: 'else', type: 'talk', option: { text: 'It is not.' } },
    { id: 'end', type: 'hangup' },
  ]);
  await press(page, 'Simulate');
  await waits();
  await page.locator('.simulation summary').click();
  const when = page.locator('.simulation ::-p-aria([name="When"][role="textbox"])');
  await when.fill('some day');
  await press(page, 'Again');
  await sees(page, 'expected a time');
  await when.fill('2026-12-24 18:05');
  await press(page, 'Again');
  await sees(page, 'The record waits for the caller');
  await page.locator('.simulation form input').fill('Ada Lovelace');
  await press(page, 'Say');
  await sees(page, 'The caller says “Ada Lovelace”');
  await sees(page, '“It is December.”');
  await press(page, 'Close the simulation');

  await press(page, 'JSON');
  await page.waitForSelector('.cm-content');
  await page.click('.cm-content');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  // By itself: a browser that types over styled text tries to keep its style, in the text.
  await page.keyboard.press('Delete');
  await page.keyboard.type('[{"type":"talk","option":{"txt":"x');
  await page.waitForSelector('.node.wrong');
  await press(page, 'Simulate');
  await page.waitForSelector('.simulation [role=alert]');
  expect(await page.$eval('.simulation [role=alert]', ({ textContent }) => textContent)).toContain(
    'actions[0].option.text',
  );
  await page.locator('.menu > button:not(:disabled)').click();
  await press(page, 'Cancel', 'menuitem');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/flows'");
});

test('a flow is told to be traced, called with the phone of the page, heard there, and its call opened in the editor', async () => {
  const id = await open('7403', [
    { id: 'hello', type: 'answer' },
    { id: 'key', type: 'digits_receive', option: { duration: 30_000, length: 1 } },
    {
      id: 'which',
      type: 'branch',
      option: { target_ids: { '5': 'mirror' }, default_target_id: 'end' },
    },
    { id: 'mirror', type: 'echo', option: { duration: 60_000 } },
    { id: 'end', type: 'hangup' },
  ]);
  await press(page, 'Settings');
  await page.locator('dialog ::-p-aria([name="Trace"][role="checkbox"])').click();
  expect(await barriers(page)).toEqual([]);
  await press(page, 'Done');
  await sees(page, 'its calls are traced');
  // What is not saved is not what is called.
  expect(await page.$('::-p-aria([name="Call this flow"]):not(:disabled)')).toBeNull();
  await page.locator('.menu > button:not(:disabled)').click();
  await press(page, 'Save changes', 'menuitem');
  await eventually(async () => (await system.api.get<{ trace: boolean }>(`/v1.0/flows/${id}`)).body.trace);

  await press(page, 'Call this flow');
  const created = await system.sink.waitFor(
    ({ type, data }) => type === 'call_created' && data.flow_id === id,
  );
  const callId = String(created.data.id);
  const at = (action: string) =>
    system.sink.waitFor(
      ({ type, data }) =>
        type === 'call_updated' && data.id === callId && (data.action as { id?: string }).id === action,
    );
  await at('key');
  await page.locator('#phone ::-p-aria([name="5"])').click();
  await at('mirror');
  // The microphone of this browser beeps: it comes back as sound.
  await eventually(async () => ((await playedBy(page))?.tone ?? 0) > 0, { what: 'its own beep in the page' });
  await page.locator('#phone button.danger').click();
  await system.history(callId);

  await goTo(page, `/calls/${callId}`);
  await page.locator('::-p-aria([name="Open in the editor"][role="link"])').click();
  await page.waitForSelector('.node.lit');
  await sees(page, 'the way of a call is lit');
  expect(await lit()).toEqual(['hello', 'key', 'which', 'mirror']);
  expect(await litWays()).toBe(4);
  const { body } = await system.api.get<{ is_traced: boolean; events: { type: string; what: string }[] }>(
    `/v1.0/calls/${callId}/timeline`,
  );
  expect(body.is_traced).toBe(true);
  expect(body.events.filter(({ type }) => type === 'digit').map(({ what }) => what)).toEqual(['5']);
});
