import type { CDPSession, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { barriers, goTo, inPage, press, seen, untilInPage } from '../support/browser.ts';
import { sees, withConsole } from '../support/console.ts';
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

const hello = { id: 'hello', type: 'talk', option: { text: 'Hello.' } };
const end = { id: 'end', type: 'hangup' };

const nodes = (count: number): Promise<void> =>
  untilInPage(page, `document.querySelectorAll('.react-flow__node').length === ${count}`);
const edges = (count: number): Promise<void> =>
  untilInPage(page, `document.querySelectorAll('.react-flow__edge').length === ${count}`);

/** Opens a flow of a number, in which one action follows the other, and waits until it is drawn. */
async function openFlow(number: string, actions: readonly object[] = [hello, end]): Promise<string> {
  const id = await system.flowOn(number, actions);
  await goTo(page, `/flows/${id}`);
  await untilInPage(page, `document.querySelector('#flow-name')?.value === '${number}'`);
  await nodes(actions.length + 1);
  await edges(actions.length);
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
  const [first] = await page.$$('.react-flow__node[data-id]:nth-child(2)');
  const from = await item!.boundingBox();
  const onto = await first!.boundingBox();
  const canvas = await (await page.$('.canvas'))!.boundingBox();
  expect(from!.x).toBeGreaterThanOrEqual(canvas!.x + canvas!.width);
  await page.mouse.move(from!.x + 20, from!.y + 10);
  await page.mouse.down();
  await page.mouse.move(onto!.x + 60, onto!.y + 20, { steps: 8 });
  // Without a movement more nothing is over anything.
  await page.mouse.move(onto!.x + 61, onto!.y + 21);
  await page.mouse.up();

  await page.waitForSelector('dialog');
  expect(await hasField('Format')).toBe(false);
  await page.locator(field('URL')).fill('https://example.com/told');
  // Whatever has a body has a format: what is put as what is posted.
  const methods = { GET: false, PUT: true, DELETE: false, POST: true };
  for (const [method, hasBody] of Object.entries(methods)) {
    const value = await inPage<string>(
      page,
      `[...document.querySelectorAll('dialog select option')].find((each) => each.textContent === '${method}').value`,
    );
    await page.locator(field('Method')).fill(value);
    await eventually(async () => (await hasField('Format')) === hasBody, { what: `a format of ${method}` });
  }
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

  // What is no flow is in none, and nobody is to take it for saved.
  const atTheEnd = async (key: 'x' | 'Backspace'): Promise<void> => {
    await page.focus('.cm-content');
    await page.keyboard.down('Control');
    await page.keyboard.press('End');
    await page.keyboard.up('Control');
    await page.keyboard.press(key);
  };
  await atTheEnd('x');
  await page.waitForSelector('.json-pane .notice.bad');
  await save('Save changes');
  await sees(page, 'Nothing is saved while the JSON is not that of a flow');
  await atTheEnd('Backspace');
  await untilInPage(page, "document.querySelector('.json-pane .notice.bad') === null");

  await system.api.put(`/v1.0/flows/${id}`, { detail: 'changed by somebody else' });
  await save('Save changes');
  await sees(page, 'Somebody has saved this flow meanwhile.');
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

const node = (name: string): string => `.react-flow__node[aria-label^="${name}"]`;
const handle = (name: string, way: string): string =>
  `${node(name)} .react-flow__handle[data-handleid="${way}"]`;

/** Where something is seen, from its left upper corner. */
async function placeOf(selector: string, at: 'corner' | 'middle'): Promise<readonly [x: number, y: number]> {
  const { x, y, width, height } = (await (await page.waitForSelector(selector))!.boundingBox())!;
  return at === 'middle' ? [x + width / 2, y + height / 2] : [x + 30, y + 20];
}

test('a way is drawn by mouse and removed, and so is an action; JSON, Undo and Redo go with it', async () => {
  const id = await openFlow('7305', [hello, { id: 'more', type: 'talk', option: { text: 'More.' } }, end]);
  await page.mouse.move(...(await placeOf(handle('talk hello', 'on_error_id'), 'middle')));
  await page.mouse.down();
  await page.mouse.move(...(await placeOf(handle('hangup end', 'in'), 'middle')), { steps: 8 });
  await page.mouse.up();
  await edges(4);
  await page.waitForSelector('.react-flow__edge.error[aria-label="hello, error, leads to end"]');
  await press(page, 'Undo');
  await edges(3);
  await untilInPage(page, "document.querySelector('.menu > button').disabled");
  await press(page, 'Redo');
  await edges(4);

  await press(page, 'JSON');
  const json = (): Promise<readonly object[]> =>
    inPage(
      page,
      "JSON.parse([...document.querySelectorAll('.cm-line')].map(({ textContent }) => textContent).join(' '))",
    );
  const isWritten = (text: string, isThere = true): Promise<void> =>
    untilInPage(
      page,
      `document.querySelector('.cm-content')?.textContent.includes('${text}') === ${isThere}`,
    );
  await isWritten('on_error_id');
  expect(await json()).toMatchObject([{ ...hello, on_error_id: 'end' }, { id: 'more' }, end]);

  // Whatever was chosen before: the way is chosen now, and is what goes.
  await page.mouse.click(...(await placeOf(node('talk more'), 'corner')));
  await page.waitForSelector('.node.selected');
  const onWay = await inPage<readonly [x: number, y: number]>(
    page,
    `((way) => {
      const { x, y } = way.getPointAtLength(0.1 * way.getTotalLength()).matrixTransform(way.getScreenCTM());
      return [x, y];
    })(document.querySelector('.react-flow__edge.error .react-flow__edge-path'))`,
  );
  await page.mouse.click(...onWay);
  await page.waitForSelector('.react-flow__edge.selected');
  await page.keyboard.press('Delete');
  await edges(3);
  await isWritten('on_error_id', false);
  expect(await json()).toMatchObject([hello, { id: 'more' }, end]);
  await press(page, 'Undo');
  await edges(4);
  await isWritten('on_error_id');

  // With an action go the ways to it, in one change.
  await page.mouse.click(...(await placeOf(node('hangup end'), 'corner')));
  await page.waitForSelector('.node.selected');
  await page.keyboard.press('Delete');
  await nodes(3);
  await isWritten('hangup', false);
  expect(await json()).toEqual([expect.not.objectContaining({ on_error_id: 'end' }), expect.anything()]);
  await press(page, 'Undo');
  await nodes(4);
  await edges(4);
  await isWritten('on_error_id');
  await press(page, 'Redo');
  await nodes(3);
  await save('Save changes');
  await untilInPage(page, "document.querySelector('.menu > button').disabled");
  const stored = await flow(id);
  expect(types(stored)).toEqual(['talk', 'talk']);
  expect(stored.actions[0]).not.toHaveProperty('on_error_id');
});

test('a note of a webhook takes 1 000 characters as they are typed, and no more', async () => {
  const id = await openFlow('7306', [
    { id: 'tell', type: 'webhook_send', option: { uri: 'https://example.com' } },
  ]);
  await page.locator(node('webhook send tell')).click({ count: 2 });
  await page.locator('dialog summary ::-p-text(More)').click();
  await page.locator(field('Notes')).click();
  const begun = '**Who** is told. '.repeat(58);
  await page.keyboard.sendCharacter(begun);
  await page.keyboard.type('0123456789'.repeat(3));
  await untilInPage(
    page,
    "document.querySelector('dialog .count').textContent === 'Markdown, 1 000 of 1 000 characters'",
  );
  await press(page, 'Done');
  await save('Save changes');
  await untilInPage(page, "document.querySelector('.menu > button').disabled");
  const [told] = (await flow(id)).actions;
  expect(told?.option).toMatchObject({ notes: `${begun}${'0123456789'.repeat(2).slice(0, 14)}` });
});

test('the reminder that tells a machine from a human is a template with nothing to mend', async () => {
  await goTo(page, '/flows/new');
  const judged = page.waitForResponse(
    (response) =>
      response.url().endsWith('/v1.0/flows/validate') &&
      response.request().postData()?.includes('"amd"') === true,
  );
  await page.locator('.choice ::-p-text(Reminder)').click();
  // What is to be said comes with the call.
  expect(await (await judged).json()).toEqual({
    ...{ valid: true, problems: [] },
    warnings: [{ path: 'actions[1].option.text', message: expect.stringContaining('`appointment`') }],
  });
  await nodes(4);
  expect(await seen(page)).toContain('3 actions, nothing to mend');
  expect(await page.$('.node.wrong')).toBeNull();
  await page.locator('#flow-name').fill('reminder');
  await save('Save changes');
  await untilInPage(page, "location.hash !== '#/flows/new'");
  const [made] = await flowsNamed('reminder');
  expect(types(made!)).toEqual(['amd', 'talk', 'hangup']);
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

test('behind the beginning are its numbers: one is attached, one made, one detached, and what is refused is said', async () => {
  const id = await openFlow('7355');
  await system.flowOn('7356', [{ type: 'hangup' }]);
  const { body: free } = await system.api.post<{ id: string }>('/v1.0/numbers', { number: '7357' });
  const rows = (): Promise<readonly string[]> =>
    inPage(page, "[...document.querySelectorAll('dialog .row > span')].map((row) => row.textContent).sort()");
  const listed = (...numbers: readonly string[]): Promise<boolean> =>
    eventually(async () => String(await rows()) === String(numbers.map((number) => `${number} for calls`)), {
      what: `the numbers ${numbers.join(' ')}`,
    });
  const refused = (why: string): Promise<void> =>
    untilInPage(page, `document.querySelector('dialog [role=alert]')?.textContent.includes('${why}')`);

  // It is moved as others are, and that opens nothing.
  const node = await (await page.$('.node.start'))!.boundingBox();
  await page.mouse.move(node!.x + 60, node!.y + 20);
  await page.mouse.down();
  await page.mouse.move(node!.x + 90, node!.y + 30, { steps: 4 });
  await page.mouse.up();
  await inPage(page, 'new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  expect(await page.$('dialog')).toBeNull();

  await page.click('.node.start');
  await page.waitForSelector(`dialog option[value="${free.id}"]`);
  await listed('7355');
  const choices = await page.$$eval('dialog option', (options) =>
    options.map(({ textContent }) => textContent),
  );
  expect(choices).toEqual(expect.arrayContaining(['7357', '7356, of another flow so far']));
  expect(choices).not.toContain('7355');
  await page.select('dialog select', free.id);
  await press(page, 'Attach');
  await listed('7355', '7357');
  const made = page.locator('dialog form:nth-of-type(2) input');
  await made.fill('7358');
  await press(page, 'Create');
  await listed('7355', '7357', '7358');
  await made.fill('7356');
  await press(page, 'Create');
  await refused('exists already');
  await made.fill('7 3 5 9');
  await press(page, 'Create');
  await refused('must be 1 to 64');
  expect(await barriers(page)).toEqual([]);
  await page.click('dialog button[aria-label="Detach 7355"]');
  await listed('7357', '7358');
  await press(page, 'Done');
  await untilInPage(
    page,
    "document.querySelector('.node.start p').textContent.split(', ').sort().join() === '7357,7358'",
  );
  const { body } = await system.api.get<{ result: { number: string }[] }>(`/v1.0/numbers?flow_id=${id}`);
  expect(body.result.map(({ number }) => number).sort()).toEqual(['7357', '7358']);
  // Nothing of that is a change of the flow.
  expect(await isSaveOff()).toBe(true);
  expect(await flow(id)).toMatchObject({ revision: 1 });
});

test('no number leads to a flow that is not saved yet', async () => {
  await goTo(page, '/flows/new');
  await page.locator('.choice ::-p-text(Menu)').click();
  await page.waitForSelector('.react-flow__node[data-id]:nth-child(6)');
  await page.click('.node.start');
  await untilInPage(page, "document.querySelector('dialog')?.textContent.includes('Save the flow first')");
  expect(await page.$('dialog form')).toBeNull();
  await press(page, 'OK');
  await untilInPage(page, "document.querySelector('dialog') === null");
  await save('Cancel');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/flows'");
});

/** What the page has computed so far, in milliseconds of its thread's own time: others on the machine are not in it. */
async function computed(client: CDPSession): Promise<number> {
  const { metrics } = await client.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

test('of what is not there a page says so, and leads back', async () => {
  for (const [path, title] of [
    [`flows/${crypto.randomUUID()}`, 'Flow'],
    [`calls/${crypto.randomUUID()}`, 'Call'],
    [`queues/${crypto.randomUUID()}`, 'Queue'],
  ] as const) {
    await goTo(page, `/${path}`);
    await untilInPage(page, `document.querySelector('main h1')?.textContent === '${title}'`);
    await page.waitForSelector('main .notice.bad');
    await page.waitForSelector(`main .above a[href="#/${path.split('/')[0]}"]`);
  }
});

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
