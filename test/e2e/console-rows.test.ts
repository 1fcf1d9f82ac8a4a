import type { Page } from 'puppeteer-core';
import { beforeEach, expect, test } from 'vitest';
import { barriers, goTo, inPage, press, untilInPage } from '../support/browser.ts';
import { withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

// Rows of headers, parameters and targets in the pop-up of an action: many of them are folded, and each says in a line what it is.

interface Header {
  readonly name: string;
  readonly value: string;
}

let system: System;
let page: Page;
withConsole({}, (opened) => ({ system, page } = opened));

const given = Array.from({ length: 6 }, (_, index) => ({ name: `X-Row-${index}`, value: `value ${index}` }));

let flowId: string;
let made = 0;
beforeEach(() =>
  openFlow([{ id: 'tell', type: 'webhook_send', option: { uri: 'https://example.com', headers: given } }]),
);

/** A new flow, with the pop-up of its first action. */
async function openFlow(actions: readonly object[]): Promise<void> {
  const name = `rows ${++made}`;
  const { body } = await system.api.post<{ id: string }>('/v1.0/flows', { name, actions });
  flowId = body.id;
  await goTo(page, `/flows/${flowId}`);
  await untilInPage(page, `document.querySelector('#flow-name')?.value === '${name}'`);
  await untilInPage(page, `document.querySelectorAll('.node').length === ${actions.length + 1}`);
  await openForm();
}

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

interface Option {
  readonly headers: readonly Header[];
  readonly query: readonly Header[];
  readonly targets: Readonly<Record<string, string>>;
}

async function storedOption(): Promise<Partial<Option>> {
  const { body } = await system.api.get<{ actions: { option: Option }[] }>(`/v1.0/flows/${flowId}`);
  return body.actions[0]?.option ?? {};
}

async function stored(): Promise<readonly Header[]> {
  return (await storedOption()).headers ?? [];
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

/** Presses the line of the row that is called so. */
const foldOf = (name: string) =>
  page
    .locator(`::-p-xpath(//dialog//button[@class="fold"][starts-with(normalize-space(.), "${name}")])`)
    .click();
/** Lines of rows that are called so. */
const rowsOf = async (name: string) => (await rows()).filter(([, text]) => text.startsWith(`${name} `));

test('parameters are folded as headers are, and neither by the other', async () => {
  const headers = given.slice(0, 5);
  const query = given.map(({ value }, index) => ({ name: `p${index}`, value }));
  await openFlow([
    { id: 'tell', type: 'webhook_send', option: { uri: 'https://example.com', headers, query } },
  ]);
  expect(await rows()).toEqual([
    ...headers.map(({ name, value }, index) => [false, `Header ${index + 1} ${name}: ${value}`]),
    ...query.map(({ name, value }, index) => [false, `Query ${index + 1} ${name}: ${value}`]),
  ]);
  await foldOf('Query 2');
  await page.locator('dialog .row:has(button[aria-expanded=true]) :is(input, textarea)').fill('clinic');
  await press(page, 'Remove Query 1');
  await count(10);
  expect((await rowsOf('Query')).map(([isOpen]) => isOpen)).toEqual([true, false, false, false, false]);
  expect((await rowsOf('Header')).map(([isOpen]) => isOpen)).toEqual(headers.map(() => false));
  await foldOf('Query 1');
  expect((await rowsOf('Query'))[0]).toEqual([false, 'Query 1 clinic: value 1']);
  await press(page, 'Done');
  await save();
  const option = await storedOption();
  expect(option.headers).toMatchObject(headers);
  expect(option.query).toMatchObject([{ name: 'clinic', value: 'value 1' }, ...query.slice(2)]);
});

test('so are the targets of a menu: each stays as it is while its key is written, and others come and go', async () => {
  const targets = { '1': 'sales', '2': 'help', '3': 'sales', '4': 'help', '5': 'sales', '7': 'help' };
  await openFlow([
    { id: 'menu', type: 'menu', option: { prompts: [{ text: 'Press a key.' }], targets } },
    { id: 'sales', type: 'talk', option: { text: 'This is sales.' }, next_id: 'end' },
    { id: 'help', type: 'talk', option: { text: 'This is support.' } },
    { id: 'end', type: 'hangup' },
  ]);
  const folded = await rowsOf('Target');
  expect(folded).toEqual(
    Object.entries(targets).map(([key, id], index) => [false, `Target ${index + 1} ${key}: ${id}`]),
  );
  await foldOf('Target 6');
  // Keys that are numbers are in their order: it comes to the top, as it is, and is written in still.
  await page.locator('dialog [aria-label="Targets: key 6"]').fill('0');
  await untilInPage(page, "document.activeElement.ariaLabel === 'Targets: key 1'");
  expect(await rowsOf('Target')).toEqual([
    [true, 'Target 1'],
    ...folded.slice(0, 5).map(([, text], index) => [false, text.replace(/\d/, String(index + 2))]),
  ]);
  await press(page, 'Remove Target 2');
  await eventually(async () => (await rowsOf('Target')).length === 5, { what: 'it to be gone' });
  expect(await focused()).toContain('2: help');
  await press(page, 'Add target');
  await eventually(async () => (await rowsOf('Target')).length === 6, { what: 'another one' });
  expect((await rowsOf('Target')).map(([isOpen]) => isOpen)).toEqual([true, true, ...Array(4).fill(false)]);
  await page.select('dialog .row:has([aria-label="Targets: key 2"]) select', 'help');
  await foldOf('Target 2');
  expect((await rowsOf('Target'))[1]).toEqual([false, 'Target 2 1: help']);
  await press(page, 'Done');
  await save();
  const { '7': moved, ...others } = targets;
  expect((await storedOption()).targets).toEqual({ ...others, '0': moved, '1': 'help' });
});

const tab = (index: number): string => `dialog [role=tab]:nth-child(${index + 1})`;
/** Each with whether it is the one that is seen. */
const tabs = (): Promise<readonly (readonly [isChosen: boolean, text: string])[]> =>
  inPage(
    page,
    `[...document.querySelectorAll('dialog [role=tab]')].map((each) =>
      [each.ariaSelected === 'true', each.textContent])`,
  );
const tabTells = (index: number, text: string): Promise<boolean> =>
  eventually(async () => (await tabs())[index]?.[1] === text, { what: `a tab to be called ${text}` });
/** What is seen of the tabs' parts. */
const panel = 'dialog [role=tabpanel]:not([hidden])';
const panelText = (): Promise<string> => inPage(page, `document.querySelector('${panel}').innerText`);
const field = (name: string): string => `dialog ::-p-aria([name="${name}"][role="textbox"])`;
const copied = (name: string): Promise<void> =>
  untilInPage(
    page,
    `document.querySelector('dialog .results [role=status]').textContent === '\${${name}} is copied.'`,
  );

test('request, response and the rest are on tabs, which tell what is wrong on them, and what is set is listed', async () => {
  expect(await tabs()).toEqual([
    [true, 'Request'],
    [false, 'Response'],
    [false, 'Other'],
  ]);
  expect(await panelText()).toContain('URL');
  await page.click(fold(3));
  await page.click(tab(1));
  expect(await panelText()).toContain('Success');
  expect(await panelText()).not.toContain('URL');
  expect(await barriers(page)).toEqual([]);

  await page.click(tab(2));
  await page.locator(field('Timeout')).fill('5');
  await tabTells(2, 'Other 1 to mend');
  await page.click(tab(0));
  expect(await tabs()).toEqual([
    [true, 'Request'],
    [false, 'Response'],
    [false, 'Other 1 to mend'],
  ]);
  expect(await barriers(page)).toEqual([]);
  // What was open is open.
  expect((await rows()).map(([isOpen]) => isOpen)).toEqual([false, false, false, true, false, false]);
  await page.click(tab(2));
  await page.locator(field('Timeout')).fill('5000');
  await tabTells(2, 'Other');

  const outcome = (index: number): string => `${panel} .results details:nth-of-type(${index + 1})`;
  const listed = (index: number): Promise<string> =>
    inPage(page, `document.querySelector('${outcome(index)}[open]')?.innerText ?? ''`);
  expect([await listed(0), await listed(1)]).toEqual(['', '']);
  await page.click(`${outcome(0)} summary`);
  expect(await listed(0)).toContain('${flow.key.response_status}');
  expect(await listed(0)).not.toContain('error_reason');
  expect(await listed(1)).toBe('');
  await page.click(`${outcome(1)} summary`);
  expect(await listed(1)).toContain('${voipbin.webhook.error_reason}');
  expect(await barriers(page)).toEqual([]);
  const mayRead = { permission: { name: 'clipboard-read' }, state: 'granted' } as const;
  await page.browserContext().setPermission(system.daemon.url, mayRead);
  await page.click(`${outcome(0)} li:nth-child(2) button`);
  await copied('flow.key.response_status_code');
  expect(await inPage(page, 'navigator.clipboard.readText()')).toBe('${flow.key.response_status_code}');

  await press(page, 'Done');
  await save();
  const { body } = await system.api.get<{ actions: { option: object }[] }>(`/v1.0/flows/${flowId}`);
  expect(body.actions[0]?.option).toMatchObject({ timeout: 5_000, headers: given });
});

test('the tabs go by keyboard, and whoever writes into a field goes on in it', async () => {
  const chosen = async (): Promise<string | undefined> => (await tabs()).find(([isChosen]) => isChosen)?.[1];
  const isOnTab = "document.activeElement.getAttribute('role') === 'tab'";
  const keys = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) await page.keyboard.press(name as 'Enter');
  };
  /** As far as it takes. */
  const tabTo = async (what: string): Promise<void> => {
    for (let times = 0; times < 100; times++) {
      if (await inPage<boolean>(page, `((focused) => Boolean(${what}))(document.activeElement)`)) return;
      await keys('Tab');
    }
    throw new Error(`nobody comes by Tab to ${what}`);
  };
  await tabTo("focused.matches('[role=tab]')");
  for (const [key, name] of [
    ['ArrowRight', 'Response'],
    ['End', 'Other'],
    ['ArrowRight', 'Request'],
    ['ArrowLeft', 'Other'],
    ['Home', 'Request'],
    ['ArrowLeft', 'Other'],
  ] as const) {
    await keys(key);
    expect([await chosen(), await focused(), await inPage(page, isOnTab)]).toEqual([name, name, true]);
  }
  // Behind the tab comes what is on it, and no other tab.
  await keys('Tab');
  expect(await inPage(page, 'document.activeElement.labels[0].textContent')).toBe('Sync');
  await tabTo("focused.matches('summary') && focused.textContent === 'On failure'");
  await keys('Enter', 'Tab', 'Enter');
  await copied('flow.key.response_status');

  await tabTo("focused.matches('[role=tab]')");
  await keys('Home');
  await tabTo("focused.matches('summary') && focused.textContent === 'More'");
  await keys('Enter');
  await tabTo("focused.matches('textarea') && focused.labels[0].textContent === 'Notes'");
  await page.keyboard.type('Asks the patient file.');
  expect(await inPage(page, 'document.activeElement.value')).toBe('Asks the patient file.');
  await keys('Escape');
  await untilInPage(page, "document.querySelector('dialog') === null");
});
