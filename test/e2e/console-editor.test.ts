import type { CDPSession, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { barriers, goTo, inPage, press, seen, untilInPage } from '../support/browser.ts';
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

const flow = async (id: string): Promise<Flow> => (await system.api.get<Flow>(`/v1.0/flows/${id}`)).body;
const flowsNamed = async (name: string): Promise<readonly Flow[]> => {
  const { body } = await system.api.get<{ result: readonly Flow[] }>('/v1.0/flows');
  return body.result.filter((each) => each.name === name);
};
const types = ({ actions }: Flow): readonly string[] => actions.map(({ type }) => type);
const place = (): Promise<string> => inPage(page, 'location.hash');

/** Opens a flow of a number, and waits until it is drawn. */
async function openFlow(number: string): Promise<string> {
  const id = await system.flowOn(number, [
    { id: 'hello', type: 'talk', option: { text: 'Hello.' } },
    { id: 'end', type: 'hangup' },
  ]);
  await goTo(page, `/flows/${id}`);
  await page.waitForSelector('.react-flow__node[data-id]:nth-child(3)');
  await untilInPage(page, "document.querySelectorAll('.react-flow__edge').length === 2");
  return id;
}

const isSaveOff = (): Promise<boolean> => inPage(page, "document.querySelector('.menu > button').disabled");
/** The field of a form that is called so. */
const field = (name: string): string => `dialog ::-p-aria([name="${name}"])`;
const hasField = async (name: string): Promise<boolean> => (await page.$(field(name))) !== null;

async function save(how: string): Promise<void> {
  await page.locator('.menu > button:not(:disabled)').click();
  await press(page, how, 'menuitem');
}

test('the steps of the editor, by mouse: dropped on a way, set up in its pop-up, saved and duplicated', async () => {
  const id = await openFlow('7301');
  expect(await isSaveOff()).toBe(true);
  expect(await page.$eval('.node.start', ({ textContent }) => textContent)).toContain('7301');

  await page.locator('.catalogue input').fill('webhook');
  const group = await page.$eval('.catalogue summary', ({ textContent }) => textContent);
  expect(group).toBe('Advanced');
  const item = await page.waitForSelector('.catalogue [data-action=webhook_send]');
  const [hello] = await page.$$('.react-flow__node[data-id]:nth-child(2)');
  const from = await item!.boundingBox();
  const onto = await hello!.boundingBox();
  await page.mouse.move(from!.x + 20, from!.y + 10);
  await page.mouse.down();
  await page.mouse.move(onto!.x + 60, onto!.y + 20, { steps: 8 });
  // Without a movement more nothing is over anything.
  await page.mouse.move(onto!.x + 61, onto!.y + 21);
  await page.mouse.up();

  await page.waitForSelector('dialog');
  expect(await hasField('Format')).toBe(false);
  await page.locator(field('URL')).fill('https://example.com/told');
  await page.locator(field('Method')).fill('1');
  expect(await hasField('Format')).toBe(false);
  const methods = await page.$$eval('dialog select option', (options) =>
    options.map(({ textContent }) => textContent),
  );
  expect(methods).toEqual(expect.arrayContaining(['GET', 'POST']));
  await page.locator(field('Method')).fill('0');
  await page.waitForSelector(field('Format'));
  await page.locator(field('Retries')).fill('4');
  expect(await barriers(page)).toEqual([]);
  await press(page, 'Done');
  await page.waitForSelector('.react-flow__node[data-id]:nth-child(4)');
  const drawn = await page.$$eval('.node', (nodes) => nodes.map(({ textContent }) => textContent).join(' '));
  expect(drawn).toContain('Webhook');
  expect(drawn).not.toMatch(/example\.com|POST/);

  expect(await isSaveOff()).toBe(false);
  await save('Save and duplicate');
  await untilInPage(page, `location.hash !== '#/flows/${id}'`);
  const stored = await flow(id);
  expect(types(stored)).toEqual(['talk', 'webhook_send', 'hangup']);
  expect(stored.actions[1]?.option).toMatchObject({
    uri: 'https://example.com/told',
    method: 'POST',
    retries: 4,
  });
  const copy = await flow((await place()).split('/')[2] ?? '');
  expect(copy.name).toBe(`${stored.name} copy`);
  await untilInPage(page, "document.querySelector('.node.start')?.textContent.includes('no number')");

  // Cancelling asks, and changes nothing.
  await page.locator('#flow-name').fill('something else');
  await save('Cancel');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/flows'");
  expect((await flow(copy.id)).name).toBe(copy.name);
});

test('what is wrong stands on its node, JSON and graph change each other, and saving an older one is refused', async () => {
  const id = await openFlow('7303');
  await press(page, 'JSON');
  await page.waitForSelector('.cm-content');
  await page.click('.cm-content');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.press('Delete');
  const text = '[{"id":"ask","type":"goto","option":{"target_id":"nowhere"}}]';
  await page.keyboard.type(text.replaceAll(/[\]}"]$/g, ''));
  await untilInPage(page, "document.querySelectorAll('.node').length === 2");
  await page.waitForSelector('.node.wrong');
  expect(await seen(page)).toContain('to mend');

  await system.api.put(`/v1.0/flows/${id}`, { detail: 'changed by somebody else' });
  await save('Save changes');
  await page.waitForSelector('.toast.bad');
  expect(types(await flow(id))).toEqual(['talk', 'hangup']);
  await inPage(page, 'document.activeElement.blur()');
  await save('Cancel');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/flows'");
});

test('what has changed from one revision to another is said action by action, and what was before is there again', async () => {
  const id = await openFlow('7304');
  await system.api.put(`/v1.0/flows/${id}`, {
    name: 'renamed',
    actions: [
      { id: 'hello', type: 'talk', option: { text: 'Good morning.' } },
      { id: 'beep', type: 'beep' },
    ],
  });
  await goTo(page, '/flows');
  await goTo(page, `/flows/${id}`);
  await untilInPage(page, "document.querySelector('#flow-name')?.value === 'renamed'");
  await press(page, 'Revisions');
  await press(page, 'Compare');
  await page.waitForSelector('.difference article:nth-of-type(4)');
  const said = await page.$$eval('.difference article', (articles) =>
    articles.map((article) => (article as unknown as { innerText: string }).innerText.split(/\s*\n\s*/)),
  );
  expect(said).toEqual([
    ['The flow', 'Name', '7304', 'renamed'],
    ['changed Talk hello', 'option.text', 'Hello.', 'Good morning.'],
    ['added Beep beep'],
    ['removed Hangup end'],
  ]);
  expect(await barriers(page)).toEqual([]);
  await press(page, 'Restore');
  await untilInPage(page, "document.querySelector('#flow-name').value === '7304'");
  expect(await flow(id)).toMatchObject({ name: '7304', actions: [{ id: 'hello' }, { id: 'end' }] });
});

test('saved and another one begun, from a template', async () => {
  await goTo(page, '/flows/new');
  await page.locator('.choice ::-p-text(Menu)').click();
  await page.waitForSelector('.react-flow__node[data-id]:nth-child(6)');
  await page.locator('#flow-name').fill('front desk');
  await save('Save and create');
  await untilInPage(page, "location.hash === '#/flows/new'");
  await page.waitForSelector('.choice');
  const [made] = await eventually(async () => {
    const found = await flowsNamed('front desk');
    return found.length === 1 && found;
  });
  expect(types(made!)).toEqual(['menu', 'talk', 'talk', 'talk', 'hangup']);
});

/** What the page has computed so far, in milliseconds of its thread's own time: others on the machine are not in it. */
async function computed(client: CDPSession): Promise<number> {
  const { metrics } = await client.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

test('a flow of 300 actions, many of which lead to the same ones, is open at once', async () => {
  const client = await page.createCDPSession();
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const actions = Array.from({ length: 300 }, (_, index) => ({
    id: `a${index}`,
    type: 'talk',
    option: { text: `This is ${index}.` },
    ...(index % 7 === 0 && { on_error_id: 'a299' }),
    ...(index % 11 === 10 && { next_id: `a${index - 10}` }),
  }));
  const times: number[] = [];
  for (const given of [[], actions]) {
    const { body } = await system.api.post<Flow>('/v1.0/flows', { name: 'long', actions: given });
    await goTo(page, '/flows');
    await untilInPage(page, "!document.querySelector('main [aria-busy=true]')");
    const before = await computed(client);
    await goTo(page, `/flows/${body.id}`);
    await page.waitForSelector(given.length === 0 ? '.react-flow__node' : '.react-flow__edge');
    await inPage(page, 'new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    times.push((await computed(client)) - before);
    expect(await seen(page)).toContain(`${given.length} actions`);
  }
  const [empty = 0, long = 0] = times;
  console.info(`opened: ${Math.round(empty)} ms without an action, ${Math.round(long)} ms with 300`);
  expect(long).toBeLessThan(2_000);
  // What is out of sight is not drawn.
  const drawn = await page.$$('.react-flow__node');
  expect(drawn.length).toBeLessThan(50);
  await client.detach();
});
