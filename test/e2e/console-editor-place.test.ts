import type { Browser, Dialog, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { goTo, inPage, openConsole, press, seen, untilInPage } from '../support/browser.ts';
import { withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

let system: System;
let browser: Browser;
let page: Page;
withConsole({}, (opened) => ({ system, browser, page } = opened));

const actions = [
  { id: 'hello', type: 'talk', option: { text: 'Hello.' } },
  { id: 'end', type: 'hangup' },
];

interface Layout {
  readonly start: { readonly x: number; readonly y: number };
  readonly actions: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
}

async function open(where: Page, id: string): Promise<void> {
  await goTo(where, '/flows');
  await goTo(where, `/flows/${id}`);
  await untilInPage(where, "document.querySelectorAll('.react-flow__edge').length === 2");
}

const layoutOf = async (id: string) => (await system.api.get<Layout>(`/v1.0/flows/${id}/layout`)).body;
/** Where a node is drawn, in the flow's own measure. */
const drawn = (where: Page, label: string) =>
  where.$eval(`.react-flow__node[aria-label^="${label}"]`, (node) => {
    const { transform } = (node as unknown as { style: { transform: string } }).style;
    const [x = 0, y = 0] = transform.match(/-?[\d.]+/g)?.map(Number) ?? [];
    return { x: Math.round(x), y: Math.round(y) };
  });

test('where an action was put is kept by the daemon, seen in another browser, and no change of the flow', async () => {
  const id = await system.flowOn('7601', actions);
  await open(page, id);
  expect((await layoutOf(id)).actions).toEqual({});
  const node = await page.$('.react-flow__node[aria-label^="talk hello"]');
  const { x, y } = (await node?.boundingBox()) ?? { x: 0, y: 0 };
  await page.mouse.move(x + 60, y + 20);
  await page.mouse.down();
  await page.mouse.move(x + 200, y + 60, { steps: 6 });
  await page.mouse.up();
  const { actions: kept } = await eventually(async () => {
    const layout = await layoutOf(id);
    return layout.actions.hello && layout;
  });
  expect(Object.keys(kept).sort()).toEqual(['end', 'hello']);
  expect(kept.hello).toEqual(await drawn(page, 'talk hello'));
  expect(await inPage(page, "document.querySelector('.menu > button').disabled")).toBe(true);
  expect((await system.api.get<{ revision: number }>(`/v1.0/flows/${id}`)).body.revision).toBe(1);

  const other = await openConsole(browser, system);
  await open(other.page, id);
  for (const label of ['talk hello', 'hangup end'])
    expect(await drawn(other.page, label)).toEqual(await drawn(page, label));
  // Arranged there, it is so here the next time.
  await press(other.page, 'Arrange');
  await eventually(async () => (await layoutOf(id)).actions.hello?.x !== kept.hello?.x);
  const arranged = await drawn(other.page, 'talk hello');
  await open(page, id);
  expect(await drawn(page, 'talk hello')).toEqual(arranged);
  expect(other.complaints).toEqual([]);
  await other.page.close();
});

test('a flow that is new keeps its places when it is saved', async () => {
  await goTo(page, '/flows/new');
  await page.locator('.choice ::-p-text(Menu)').click();
  await untilInPage(page, "document.querySelectorAll('.node').length === 6");
  const node = await page.$('.react-flow__node[aria-label^="talk sales"]');
  const { x, y } = (await node?.boundingBox()) ?? { x: 0, y: 0 };
  await page.mouse.move(x + 60, y + 20);
  await page.mouse.down();
  await page.mouse.move(x - 40, y + 90, { steps: 6 });
  await page.mouse.up();
  const before = await drawn(page, 'talk sales');
  await page.locator('#flow-name').fill('front desk');
  await page.locator('.menu > button:not(:disabled)').click();
  await press(page, 'Save changes', 'menuitem');
  await untilInPage(page, "location.hash !== '#/flows/new'");
  await untilInPage(page, "document.querySelectorAll('.node').length === 6");
  expect(await drawn(page, 'talk sales')).toEqual(before);
});

test('who leaves with changes that are not saved is asked: by Back, a link, an address or the end of the tab', async () => {
  const id = await system.flowOn('7602', actions);
  await open(page, id);
  await page.locator('#flow-name').fill('changed');
  const asked: string[] = [];
  let isMeant = false;
  const answer = async (dialog: Dialog): Promise<void> => {
    asked.push(dialog.type());
    await (isMeant ? dialog.accept() : dialog.dismiss());
  };
  page.on('dialog', answer);
  const isStill = async (): Promise<void> => {
    await untilInPage(page, `location.hash === '#/flows/${id}'`);
    expect(await inPage(page, "document.querySelector('#flow-name').value")).toBe('changed');
    expect(await seen(page)).toContain('not saved');
  };
  await inPage(page, 'history.back()');
  await eventually(async () => asked.length === 1);
  await isStill();
  await page.locator('nav ::-p-text(Numbers)').click();
  await eventually(async () => asked.length === 2);
  await isStill();
  await inPage(page, "location.hash = '/queues'");
  await eventually(async () => asked.length === 3);
  await isStill();
  await page.close({ runBeforeUnload: true });
  await eventually(async () => asked.length === 4);
  await isStill();
  expect(asked).toEqual(['confirm', 'confirm', 'confirm', 'beforeunload']);

  isMeant = true;
  await inPage(page, 'history.back()');
  await untilInPage(page, "location.hash === '#/flows' && document.querySelector('main h1') !== null");
  page.off('dialog', answer);
  // Without a change nobody is asked.
  await open(page, id);
  await inPage(page, 'history.back()');
  await untilInPage(page, "location.hash === '#/flows' && document.querySelector('main h1') !== null");
  expect(asked).toHaveLength(5);
});
