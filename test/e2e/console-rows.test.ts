import type { Page } from 'puppeteer-core';
import { beforeEach, expect, test } from 'vitest';
import { goTo, inPage, press, untilInPage } from '../support/browser.ts';
import { withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

// Rows of headers and of parameters in the pop-up of an action: many of them are folded, and each says in a line what it is.

interface Header {
  readonly name: string;
  readonly value: string;
}

let system: System;
let page: Page;
withConsole({}, (opened) => ({ system, page } = opened));

const given = Array.from({ length: 6 }, (_, index) => ({ name: `X-Row-${index}`, value: `value ${index}` }));

let flowId: string;
beforeEach(async () => {
  const { body } = await system.api.post<{ id: string }>('/v1.0/flows', {
    name: 'rows',
    actions: [{ id: 'tell', type: 'webhook_send', option: { uri: 'https://example.com', headers: given } }],
  });
  flowId = body.id;
  await goTo(page, `/flows/${flowId}`);
  await untilInPage(page, "document.querySelectorAll('.node').length === 2");
  await openForm();
});

/** The pop-up of the action. */
async function openForm(): Promise<void> {
  await page.locator('.react-flow__node[data-id]:nth-child(2)').click({ count: 2 });
  await page.waitForSelector('dialog .rows');
}

const row = (index: number): string => `dialog .row:nth-child(${index + 1})`;
const fold = (index: number): string => `${row(index)} button.fold`;
/** What is to be seen of each row: whether it is open, and its line. */
const rows = (): Promise<readonly (readonly [isOpen: boolean, text: string])[]> =>
  inPage(
    page,
    `[...document.querySelectorAll('dialog .row button.fold')].map((each) =>
      [each.ariaExpanded === 'true', each.textContent.replace(/\\s+/g, ' ')])`,
  );
const values = (index: number): Promise<readonly string[]> =>
  inPage(
    page,
    `[...document.querySelectorAll('${row(index)} :is(input, textarea)')].map(({ value }) => value)`,
  );
const focused = (): Promise<string> => inPage(page, 'document.activeElement.textContent.trim()');
const count = (wanted: number): Promise<void> =>
  untilInPage(page, `document.querySelectorAll('dialog .row').length === ${wanted}`);

async function stored(): Promise<readonly Header[]> {
  const { body } = await system.api.get<{ actions: { option: { headers: Header[] } }[] }>(
    `/v1.0/flows/${flowId}`,
  );
  return body.actions[0]?.option.headers ?? [];
}

async function save(): Promise<void> {
  await page.locator('.menu > button:not(:disabled)').click();
  await press(page, 'Save changes', 'menuitem');
  await untilInPage(page, "document.querySelector('.menu > button').disabled");
}

test('many are folded, and say what they are; one is unfolded, written in, folded again, and one deleted', async () => {
  expect(await rows()).toEqual(
    given.map(({ name, value }, index) => [false, `Header ${index + 1} ${name}: ${value}`]),
  );
  await page.click(fold(3));
  expect(await values(3)).toEqual(['X-Row-3', 'value 3']);
  await page.locator(`${row(3)} :is(input, textarea)`).fill('X-Other');
  // What stands before it goes: it stays open, with what is written in it, and no other opens.
  await page.click(`${row(1)} button[aria-label="Remove Header 2"]`);
  await count(5);
  expect((await rows()).map(([isOpen]) => isOpen)).toEqual([false, false, true, false, false]);
  expect(await values(2)).toEqual(['X-Other', 'value 3']);
  await page.click(fold(2));
  expect((await rows())[2]).toEqual([false, 'Header 3 X-Other: value 3']);
  // A new one is open: there is something to be written.
  await press(page, 'Add header');
  await count(6);
  expect((await rows()).at(-1)?.[0]).toBe(true);
  await page.click(`${row(5)} button[aria-label="Remove Header 6"]`);
  await count(5);
  await press(page, 'Done');
  await save();
  expect(await stored()).toMatchObject([
    ...[given[0], given[2]],
    { name: 'X-Other', value: 'value 3' },
    ...[given[4], given[5]],
  ]);
});

test('what was deleted is there again when that is taken back, and a form that is left has deleted nothing', async () => {
  await page.click(`${row(0)} button[aria-label="Remove Header 1"]`);
  await count(5);
  await press(page, 'Cancel');
  await untilInPage(page, "document.querySelector('dialog') === null");
  await openForm();
  await count(6);
  await page.click(`${row(0)} button[aria-label="Remove Header 1"]`);
  await press(page, 'Done');
  await untilInPage(page, "!document.querySelector('.menu > button').disabled");
  await page.keyboard.down('Control');
  await page.keyboard.press('z');
  await page.keyboard.up('Control');
  await untilInPage(page, "document.querySelector('.menu > button').disabled");
  await openForm();
  expect((await rows()).map(([, text]) => text)).toEqual(
    given.map(({ name, value }, index) => `Header ${index + 1} ${name}: ${value}`),
  );
});

test('all of it goes by keyboard, and the focus stays among the rows', async () => {
  await page.focus(fold(1));
  await page.keyboard.press('Enter');
  await eventually(async () => (await rows())[1]?.[0] === true, { what: 'it to be open' });
  await page.keyboard.press('Tab');
  expect(await inPage(page, 'document.activeElement.value')).toBe('X-Row-1');
  await page.keyboard.down('Shift');
  await page.keyboard.press('Tab');
  await page.keyboard.up('Shift');
  await page.keyboard.press('Space');
  await eventually(async () => (await rows())[1]?.[0] === false, { what: 'it to be folded' });
  await page.keyboard.press('Tab');
  expect(await inPage(page, 'document.activeElement.ariaLabel')).toBe('Remove Header 2');
  await page.keyboard.press('Enter');
  await count(5);
  expect(await focused()).toContain('X-Row-2');
  // Behind the last one there is none: then it is where one is added.
  await page.focus(`${row(4)} button[aria-label="Remove Header 5"]`);
  await page.keyboard.press('Enter');
  await count(4);
  expect(await focused()).toBe('Add header');
  await page.keyboard.press('Enter');
  await count(5);
  await page.keyboard.press('Escape');
  await untilInPage(page, "document.querySelector('dialog') === null");
  expect(await inPage(page, "document.querySelector('.menu > button').disabled")).toBe(true);
  expect(await stored()).toMatchObject(given);
});
