import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { goTo, inPage, untilInPage } from '../support/browser.ts';
import { withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

interface Flow {
  readonly id: string;
  readonly name: string;
  readonly actions: readonly { readonly id: string; readonly type: string; readonly option: object }[];
}

let system: System;
let page: Page;
withConsole({}, (opened) => ({ system, page } = opened));

async function keys(...names: readonly string[]): Promise<void> {
  for (const name of names) await page.keyboard.press(name as 'Enter');
}

async function withControl(...names: readonly string[]): Promise<void> {
  await page.keyboard.down('Control');
  await keys(...names);
  await page.keyboard.up('Control');
}

/** Whoever has no mouse goes on by Tab, as far as it takes. */
async function tabTo(what: string): Promise<void> {
  for (let times = 0; times < 400; times++) {
    if (await inPage<boolean>(page, `((focused) => Boolean(${what}))(document.activeElement)`)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`nobody comes by Tab to ${what}`);
}
const to = (selector: string): Promise<void> => tabTo(`focused.matches(${JSON.stringify(selector)})`);
/** The field of a form that is called so. */
const toField = (name: string): Promise<void> =>
  tabTo(`focused.closest('dialog') && focused.labels?.[0]?.textContent.trim().startsWith('${name}')`);
const format = (isThere: boolean): Promise<void> =>
  untilInPage(
    page,
    `[...document.querySelectorAll('dialog label')].some((each) => each.textContent.trim().startsWith('Format')) === ${isThere}`,
  );
const nodes = (count: number): Promise<void> =>
  untilInPage(page, `document.querySelectorAll('.node').length === ${count}`);
const isAt = (place: string): Promise<void> => untilInPage(page, `location.hash === '#${place}'`);
const dialogIs = (isThere: boolean): Promise<void> =>
  untilInPage(page, `(document.querySelector('dialog') !== null) === ${isThere}`);

const flow = async (id: string): Promise<Flow> => (await system.api.get<Flow>(`/v1.0/flows/${id}`)).body;
const types = ({ actions }: Flow): readonly string[] => actions.map(({ type }) => type);

/** The entry of the menu that is so far down. */
async function save(down: number): Promise<void> {
  await to('.menu > button:not(:disabled)');
  await keys('Enter');
  await page.waitForSelector('[role=menu]');
  await keys(...Array<string>(down).fill('ArrowDown'), 'Enter');
}

test('the steps of the editor by keyboard alone: found, placed, set up in its pop-up, taken back, and saved in each way', async () => {
  const id = await system.flowOn('7501', [
    { id: 'hello', type: 'talk', option: { text: 'Hello.' } },
    { id: 'end', type: 'hangup' },
  ]);
  await goTo(page, `/flows/${id}`);
  await nodes(3);
  expect(await inPage(page, "document.querySelector('.menu > button').disabled")).toBe(true);

  // Behind the action that is chosen, one from the catalogue.
  await to('.react-flow__node[aria-label^="talk hello"]');
  await keys('Space');
  await page.waitForSelector('.node.selected');
  await to('.catalogue input');
  await page.keyboard.type('webhook');
  await to('.catalogue [data-action=webhook_send]');
  await keys('Enter');
  await dialogIs(true);
  expect(await inPage(page, "document.activeElement.labels[0].textContent.trim().startsWith('URL')")).toBe(
    true,
  );
  await page.keyboard.type('https://example.com/told');
  await toField('Method');
  await format(false);
  // What is typed to a list is one word, until somebody goes elsewhere.
  for (const method of ['POST', 'GET', 'POST']) {
    await page.keyboard.type(method);
    await format(method === 'POST');
    await toField('Retries');
    await page.keyboard.type('4');
    await page.keyboard.down('Shift');
    await toField('Method');
    await page.keyboard.up('Shift');
  }
  await toField('Format');
  await to('dialog button[type=submit]');
  await keys('Enter');
  await dialogIs(false);
  await nodes(4);

  // It is one change: taken back, and made again.
  await withControl('z');
  await nodes(3);
  await page.keyboard.down('Shift');
  await withControl('Z');
  await page.keyboard.up('Shift');
  await nodes(4);
  // And a form that is left changes nothing.
  await to('.react-flow__node[aria-label^="talk hello"]');
  await keys('Enter');
  await dialogIs(true);
  await page.keyboard.type(' Not this.');
  await keys('Escape');
  await dialogIs(false);

  await save(0);
  await eventually(async () => types(await flow(id)).length === 3);
  const stored = await flow(id);
  expect(types(stored)).toEqual(['talk', 'webhook_send', 'hangup']);
  expect(stored.actions.slice(0, 2).map(({ option }) => option)).toMatchObject([
    { text: 'Hello.' },
    { uri: 'https://example.com/told', method: 'POST', retries: 4 },
  ]);
  await untilInPage(page, "document.querySelector('.menu > button').disabled");

  // Saved and duplicated: the copy is open, and has no number.
  await to('#flow-name');
  await keys('End');
  await page.keyboard.type('!');
  await save(1);
  await untilInPage(page, `location.hash !== '#/flows/${id}'`);
  const copy = await flow((await inPage<string>(page, 'location.hash')).split('/')[2] ?? '');
  expect([(await flow(id)).name, copy.name]).toEqual(['7501!', '7501! copy']);
  await untilInPage(page, "document.querySelector('.node.start')?.textContent.includes('no number')");

  // Saved and another one begun; that is given up, once asked whether it is meant.
  await to('#flow-name');
  await keys('End');
  await page.keyboard.type('?');
  await save(2);
  await isAt('/flows/new');
  expect((await flow(copy.id)).name).toBe('7501! copy?');
  await to('.choice');
  await keys('Enter');
  await to('#flow-name');
  await page.keyboard.type('never');
  await save(3);
  await dialogIs(true);
  await keys('Escape');
  await dialogIs(false);
  await isAt('/flows/new');
  await save(3);
  await to('dialog button.danger');
  await keys('Enter');
  await isAt('/flows');
  const { body } = await system.api.get<{ result: readonly Flow[] }>('/v1.0/flows');
  expect(body.result.map(({ name }) => name)).not.toContain('never');
});

test('the numbers of a flow by keyboard alone: attached, made and detached, and then the flow has the focus again', async () => {
  const id = await system.flowOn('7502', [{ id: 'end', type: 'hangup' }]);
  await system.api.post('/v1.0/numbers', { number: '7503' });
  await goTo(page, `/flows/${id}`);
  await nodes(2);
  const listed = (...numbers: readonly string[]): Promise<void> =>
    untilInPage(
      page,
      `String([...document.querySelectorAll('dialog .row > span')].map((row) => row.textContent.slice(0, 4)).sort())
        === '${numbers}'`,
    );
  const hasFocus = (selector: string): Promise<void> =>
    untilInPage(page, `document.activeElement.matches('${selector}')`);

  await to('.react-flow__node[data-id=start]');
  await keys('Enter');
  await page.waitForSelector('dialog option:nth-child(2)');
  await listed('7502');
  await hasFocus('dialog select');
  await page.keyboard.type('7503');
  await to('dialog form:nth-of-type(1) button');
  await keys('Enter');
  await listed('7502', '7503');
  await to('dialog form:nth-of-type(2) input');
  await page.keyboard.type('7504');
  await keys('Enter');
  await listed('7502', '7503', '7504');
  await to('dialog button[aria-label="Detach 7502"]');
  await keys('Enter');
  await hasFocus('dialog select');
  await listed('7503', '7504');
  await keys('Escape');
  await dialogIs(false);
  await hasFocus('.react-flow__node[data-id=start]');
  const { body } = await system.api.get<{ result: { number: string }[] }>(`/v1.0/numbers?flow_id=${id}`);
  expect(body.result.map(({ number }) => number).sort()).toEqual(['7503', '7504']);
});
