import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/core/package-files.ts';
import { wavTone } from '../support/audio-files.ts';
import {
  barriers,
  goTo,
  inPage,
  openBrowser,
  openConsole,
  press,
  seen,
  untilInPage,
} from '../support/browser.ts';
import { chosen, lanesOf, sees } from '../support/console.ts';
import { flawsOf } from '../support/console-look.ts';
import { Practice, practiceEnv } from '../support/practice.ts';
import { System } from '../support/system.ts';
import { TranscriptionServer } from '../support/transcription-server.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let speech: TranscriptionServer;
let system: System;
let browser: Browser;
let practice: Practice;
let page: Page;
let complaints: readonly string[];
let folder: string;
/** Where a flow is edited that branches. */
let menu: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ariflow-pages-'));
  speech = await TranscriptionServer.open();
  [system, browser] = await Promise.all([System.start({ env: practiceEnv(speech) }), openBrowser()]);
  practice = await Practice.open(system, speech);
  menu = `/flows/${await branching()}`;
  ({ page, complaints } = await openConsole(browser, system));
});
afterEach(() => expect(complaints).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await practice?.close();
  await system?.[Symbol.asyncDispose]();
  await speech?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function branching(): Promise<string> {
  const id = await system.flowOn('7500', [
    { id: 'pick-up', type: 'answer' },
    {
      id: 'menu',
      type: 'menu',
      option: {
        prompts: [{ text: 'For an appointment, press 1. To leave word, press 2.' }],
        targets: { '1': 'desk', '2': 'word' },
        no_input_target_id: 'word',
      },
    },
    { id: 'desk', type: 'queue_join', option: { queue_id: practice.ids.queues }, next_id: 'end' },
    { id: 'word', type: 'voicemail', option: { mailbox_id: practice.ids.mailboxes } },
    { id: 'end', type: 'hangup' },
  ]);
  await system.api.put(`/v1.0/flows/${id}`, { name: 'Menu' });
  return id;
}

const placeOf = (path: string): string => `/${path}/${practice.ids[path]}`;

async function open(place: string): Promise<void> {
  await goTo(page, place);
  await untilInPage(page, "!document.querySelector('main [aria-busy=true]')");
}

async function get<T>(path: string): Promise<T> {
  return (await system.api.get<T>(`/v1.0/${path}`)).body;
}

/** Lists, and one of each kind, with what is to be seen there. */
const places: readonly (readonly [place: string | (() => string), ...texts: string[]])[] = [
  ['/', '6 calls now', 'Charles Babbage (493055501)', 'Join queue', 'Join confbridge'],
  ['/calls', 'Ada Lovelace (4930123456)', '7200', 'hangup', 'progressing'],
  [
    () => placeOf('calls'),
    'Timeline',
    'Receive digits',
    'Front desk',
    'would like to see the dentist',
    'http_500',
  ],
  ['/flows', 'Front desk', 'Answer, '],
  ['/numbers', '7200', 'Front desk'],
  [() => placeOf('numbers'), '7300'],
  ['/schedules', 'Opening hours', 'mon, tue, wed, thu, fri 08:00–18:00'],
  [() => placeOf('schedules'), 'Now', 'until', 'Christmas Eve'],
  ['/queues', 'Front desk', 'longest wait', 'Mary Somerville', 'Michael Faraday', 'Edith Clarke'],
  [() => placeOf('queues'), 'service level', 'Charles Babbage', 'talking', 'Grace Hopper'],
  ['/queuecalls', 'wait', 'service', 'Grace Hopper'],
  [() => placeOf('queuecalls'), 'Front desk', 'Take out of the queue'],
  ['/agents', 'Grace Hopper', 'busy', 'Edith Clarke', 'available'],
  [() => placeOf('agents'), 'grace7@example.com', 'example.com/practice'],
  ['/conferences', 'Team meeting'],
  [() => placeOf('conferences'), 'Emmy Noether', 'Lise Meitner', 'Mute', 'Kick'],
  ['/messages', 'would like to see the dentist', 'Monday at 9:30?', '1001', 'received', 'sent'],
  [() => placeOf('messages'), 'Conversation', 'would like to see the dentist', 'Monday at 9:30?', 'received'],
  ['/recordings', 'done', 'wav'],
  [() => placeOf('recordings'), 'Play', 'Download'],
  ['/mailboxes', 'Out of hours'],
  [() => placeOf('mailboxes'), 'Voicemails', '4930555'],
  ['/voicemails', '4930555', 'new'],
  [() => placeOf('voicemails'), 'Out of hours', 'Save'],
  ['/transcribes', 'en-US', 'done'],
  [() => placeOf('transcribes'), 'would like to see the dentist'],
  ['/sounds', 'welcome7', 'Upload a sound'],
  [() => placeOf('sounds'), 'welcome7', 'Play', 'Replace it by'],
  ['/extensions', '7001', 'Front desk'],
  [() => placeOf('extensions'), 'Phones that are registered'],
  ['/trunks', 'Provider', 'sip:127.0.0.1:9'],
  [() => placeOf('trunks'), 'Provider', '4989123'],
  ['/chatbots', 'Reception at night'],
  [() => placeOf('chatbots'), 'small'],
  ['/webhooks', 'Patient records', 'call_hungup'],
  [() => placeOf('webhooks'), 'Send a test event', 'Recover', 'dead', 'Try again'],
  ['/deliveries', 'delivered', 'Patient records'],
  ['/tokens', 'Reports', 'read'],
  [() => placeOf('tokens'), 'Reports'],
  ['/system', 'Asterisk is connected', 'Configuration check', 'all that is needed'],
  ['/webhooks/new', 'Event types', 'Markdown, 0 of 10 000 characters'],
  [() => menu, '5 actions, nothing to mend', '7500', 'Join queue', 'no input'],
  ['/flows/new', 'Reminder', 'For calls that are made', 'Opening hours'],
];

/** `npm run pictures` keeps them. */
const pictures = [
  ['live', () => '/', 'light'],
  ['call', () => placeOf('calls'), 'light'],
  ['queues', () => '/queues', 'dark'],
  ['editor', () => menu, 'light'],
] as const;

test('it is pictured as it is, in little room', async () => {
  const into = process.env.ARIFLOW_PICTURES === undefined ? folder : join(packageRoot, 'docs/pictures');
  let size = 0;
  for (const [name, where, value] of pictures) {
    await page.setViewport({ width: 1280, height: 800 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    await open(where());
    if (name === 'queues') await sees(page, 'Michael Faraday');
    if (name === 'editor') await page.waitForSelector('.react-flow__edge');
    if (name === 'call')
      await untilInPage(page, "document.querySelector('.wave > div')?.shadowRoot?.querySelector('canvas')");
    // What is drawn moves into its place.
    await untilInPage(page, 'document.getAnimations().every(({ playState }) => playState !== "running")');
    const picture = await page.screenshot({ type: 'webp', quality: 80 });
    size += picture.length;
    await writeFile(join(into, `console-${name}.webp`), picture);
  }
  await page.setViewport({ width: 1440, height: 900 });
  expect(size).toBeLessThan(400_000);
});

test('every page shows what there is, at every width, light or dark, to everybody', async () => {
  const found: string[] = [];
  for (const [index, [where, ...texts]] of places.entries()) {
    const place = typeof where === 'string' ? where : where();
    await open(place);
    if (place === '/system') await sees(page, 'all that is needed');
    for (const text of texts) await sees(page, text).catch(() => found.push(`${place} has no ${text}`));
    found.push(...(await flawsOf(page, place, index)));
  }
  expect(found).toEqual([]);
}, 300_000);

test('so are the way in, for whoever has not signed in, and a phone that is off', async () => {
  const context = await browser.createBrowserContext();
  const stranger = await context.newPage();
  await stranger.goto(system.daemon.url);
  await sees(stranger, 'npx ariflow console');
  await sees(stranger, 'Link or code');
  const found = [
    ...(await flawsOf(stranger, 'the way in', 0)),
    ...(await flawsOf(stranger, 'the way in', 2)),
  ];
  await context.close();

  await open('/numbers');
  await press(page, 'Phone');
  await sees(page, 'ARIFLOW_WEBRTC');
  found.push(...(await flawsOf(page, 'the phone', 5)), ...(await flawsOf(page, 'the phone', 7)));
  await press(page, 'Phone');
  await page.waitForSelector('#phone', { hidden: true });
  expect(found).toEqual([]);
});

test('who is muted in a conference is muted, and who is kicked is out', async () => {
  interface Participant {
    readonly call_id: string;
    readonly muted: boolean;
  }
  const participants = async (): Promise<readonly Participant[]> =>
    (await get<{ result: Participant[] }>(`conferences/${practice.ids.conferences}/participants`)).result;
  await open(placeOf('conferences'));
  await sees(page, 'Emmy Noether');
  await press(page, 'Mute');
  await eventually(async () => (await participants()).some(({ muted }) => muted), {
    what: 'somebody to be muted',
  });
  await press(page, 'Unmute');
  await eventually(async () => (await participants()).every(({ muted }) => !muted), {
    what: 'nobody to be muted',
  });
  const [first] = await participants();
  await page.locator(`tr:has(a[href="#/calls/${first?.call_id}"]) button.danger`).click();
  await eventually(async () => (await participants()).length === 1, { what: 'one to be out' });
  expect(await Promise.race(practice.meeting.map(({ ended }) => ended))).toMatchObject({ by: 'them' });
  await untilInPage(page, "document.querySelectorAll('main section.card button.danger').length === 1");
});

test('who waits is taken out of the queue, and an agent is away', async () => {
  await open(placeOf('queues'));
  await page.locator("::-p-xpath(//tr[contains(., 'Mary Somerville')]//button)").click();
  await practice.waiting[1]?.ended;
  await open('/agents');
  const her = "*[contains(@class, 'card')][contains(., 'Edith Clarke')]";
  await page.locator(`::-p-xpath(//${her}//button[text() = 'away'])`).click();
  await eventually(
    async () =>
      (await get<{ result: { name: string; status: string }[] }>('agents')).result.some(
        ({ name, status }) => name === 'Edith Clarke' && status === 'away',
      ),
    { what: 'her to be away' },
  );
});

/** Chooses a file, as people do. */
async function choose(field: string, file: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForFileChooser(), page.locator(field).click()]);
  await chooser.accept([file]);
}

/** What the page plays just now. */
const audio = "document.querySelector('audio')";

test('a sound that is uploaded can be heard, and replaced', async () => {
  const file = join(folder, '<img src=x onerror=alert(1)>.wav');
  await writeFile(file, wavTone({ rate: 16_000, frequency: 700, length: 3_000 }));
  await open('/sounds');
  await press(page, 'Upload a sound');
  await choose('dialog input[type=file]', file);
  await page.locator('dialog input[name=name]').fill('hello');
  await page.locator('dialog button[type=submit]').click();
  await page.locator('main tbody a ::-p-text(hello)').click();
  await untilInPage(page, `${audio}?.duration > 2.9`);
  await press(page, 'Play');
  await untilInPage(page, `${audio}.currentTime > 0.3 && !${audio}.paused`);
  await press(page, 'Pause');

  const other = join(folder, 'other.wav');
  await writeFile(other, wavTone({ rate: 16_000, frequency: 900, length: 1_000 }));
  await choose('main input[type=file]', other);
  await untilInPage(page, `${audio}?.duration < 1.5`);
});

test('a recording is played from any place, at any speed', async () => {
  await open(placeOf('recordings'));
  await untilInPage(page, `${audio}?.duration > 0.5`);
  await page.waitForSelector('.wave canvas, .wave ::-p-xpath(./*)');
  await page.select('select[aria-label=Speed]', '0.75');
  await press(page, 'Play');
  await untilInPage(page, `${audio}.playbackRate === 0.75 && ${audio}.currentTime > 0`);
  await press(page, 'Pause');
  await press(page, '+10 s');
  await untilInPage(page, `${audio}.currentTime === ${audio}.duration`);
  await press(page, '−10 s');
  await untilInPage(page, `${audio}.currentTime === 0`);
});

test('a call has its time axis: what is chosen is told, with what it was traced with', async () => {
  await open(placeOf('calls'));
  const lanes = await lanesOf(page);
  for (const lane of [
    'Call',
    'Flow',
    'Action',
    'Digit',
    'Variables',
    'Request',
    'Recording',
    'Transcript',
    'Webhook',
  ])
    expect(lanes).toContain(lane);
  expect(await chosen(page, 'Digit')).toContain('4');
  expect(await chosen(page, 'Request')).toContain('patient');
  expect(await chosen(page, 'Action', 'Play')).toContain('missing');
  expect(await seen(page)).toContain('What was said');
  const { result } = await get<{ result: { message: string }[] }>(
    `transcripts?reference_id=${practice.ids.calls}`,
  );
  expect(await inPage(page, "document.querySelectorAll('.said li').length")).toBe(result.length);
  const exported = await inPage<string>(page, "document.querySelector('a[download]').getAttribute('href')");
  expect(
    await inPage(page, `fetch('${exported}').then((answer) => answer.json()).then(({ call_id }) => call_id)`),
  ).toBe(practice.ids.calls);
});

test('a webhook: an event of the catalogue, a test event, one try more, and all that was missed', async () => {
  const deliveries = async (state: string): Promise<readonly { readonly id: string }[]> =>
    (await get<{ result: { id: string }[] }>(`webhooks/${practice.ids.webhooks}/deliveries?state=${state}`))
      .result;
  await open(placeOf('webhooks'));
  await press(page, 'Event catalogue');
  await page.select('dialog select', 'recording_updated');
  await sees(page, 'Fields of data');
  const shown = await inPage<string>(page, "document.querySelector('dialog').innerText");
  expect(shown).toContain('"type": "recording_updated"');
  await page.locator('dialog summary').click();
  await untilInPage(
    page,
    "document.querySelector('dialog details pre').innerText.includes('\"properties\"')",
  );
  await press(page, 'Close');

  await press(page, 'Send a test event');
  await sees(page, 'Not delivered: HTTP 500');
  const before = (await deliveries('dead')).length;
  expect(before).toBeGreaterThan(1);
  practice.endpointIsBack();
  await press(page, 'Send a test event');
  await sees(page, 'Delivered: HTTP 200');
  await press(page, 'Try again');
  await eventually(async () => (await deliveries('dead')).length === before - 1, {
    what: 'one to be delivered',
  });

  const missed = (await deliveries('dead')).map(({ id }) => id).toReversed();
  const asked = system.sink.requests.length;
  await press(page, 'Recover …');
  await press(page, 'Recover');
  await sees(page, `${missed.length} delivered again`);
  await eventually(async () => (await deliveries('dead')).length === 0, { what: 'all to be tried again' });
  const again = () =>
    system.sink.requests
      .slice(asked)
      .flatMap(({ path, headers }) => (path === '/records7' ? [String(headers['webhook-id'])] : []));
  await until(() => again().length >= missed.length, { what: 'all to be delivered' });
  expect(again().toSorted()).toEqual(missed.toSorted());
  await untilInPage(page, "!document.querySelector('.pill.bad')");
});

test('a token is shown once, and gone when it is deleted', async () => {
  await open('/tokens/new');
  await page.locator('main form input').fill('for a wall');
  await press(page, 'Create');
  await sees(page, 'This is shown once.');
  const token = await inPage<string>(page, "document.querySelector('input[readonly]').value");
  expect(token).toMatch(/^arf_/);
  await page.locator('a.button ::-p-text(Go on)').click();
  await untilInPage(page, "document.querySelector('h1')?.textContent === 'for a wall'");
  expect(await inPage<string>(page, 'document.documentElement.outerHTML')).not.toContain(token);
  await press(page, 'Delete');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/tokens'");
  const { result } = await get<{ result: { name: string }[] }>('tokens');
  expect(result.map(({ name }) => name)).toEqual(['Reports']);
});

test('a note is Markdown of so many characters, and folded; what is not there yet is not configured, and leads to where it is made', async () => {
  await open('/queues/new');
  const note = '**Mornings** only, see [the plan](https://example.com/plan)\n\n- <b>Ada</b>\n- Grace';
  await page.locator('main textarea').fill(note);
  await sees(page, `Markdown, ${note.length} of 10 000 characters`);
  await page.locator('main details summary').click();
  const read = await inPage<string>(page, "document.querySelector('.note').innerHTML");
  expect(read).toContain('<strong>Mornings</strong>');
  expect(read).toContain(
    '<a href="https://example.com/plan" target="_blank" rel="noopener noreferrer">the plan</a>',
  );
  expect(read).toContain('<li>&lt;b&gt;Ada&lt;/b&gt;</li>');

  // All of it is folded, by mouse, and there again, by a key.
  const isSeen = "document.querySelector('main textarea').checkVisibility()";
  const fold = 'main .field > button.fold';
  await page.click(fold);
  await untilInPage(page, `!${isSeen}`);
  expect(await page.$eval(fold, ({ textContent }) => textContent)).toContain('**Mornings** only');
  expect(await barriers(page)).toEqual([]);
  await page.focus(fold);
  await page.keyboard.press('Space');
  await untilInPage(page, isSeen);
  const written = (): Promise<string> => inPage(page, "document.querySelector('main textarea').value");
  expect(await written()).toBe(note);
  // Of nothing there is nothing to be folded, and who writes goes on writing.
  await page.focus('main textarea');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.press('Delete');
  await untilInPage(page, `document.querySelector('${fold}') === null`);
  await page.keyboard.type('New');
  expect(await written()).toBe('New');

  page.once('dialog', (dialog) => void dialog.accept()); // it asks whether to leave without saving
  await goTo(page, placeOf('flows'));
  await press(page, 'Settings');
  await sees(page, 'Webhook at the end');
  await sees(page, 'Not configured.');
  const end =
    "[...document.querySelectorAll('label')].find((each) => each.textContent === 'Webhook at the end').control";
  expect(await inPage(page, `${end}.disabled`)).toBe(true);
  expect(await inPage(page, "document.querySelector('.notice a').hash")).toBe('#/webhooks');
  await system.api.put(`/v1.0/webhooks/${practice.ids.webhooks}`, { is_default: true });
  await untilInPage(page, `!${end}.disabled`);
  await inPage(page, `${end}.click()`);
  await press(page, 'Done');
  await page.locator('.menu > button:not(:disabled)').click();
  await press(page, 'Save changes', 'menuitem');
  await sees(page, 'It is saved');
  expect(await get(`flows/${practice.ids.flows}`)).toMatchObject({ end_webhook: true, trace: true });
});

test('a list that is long has pages, and is searched', async () => {
  for (let number = 0; number < 60; number++)
    await system.api.post('/v1.0/numbers', { number: `88${100 + number}`, name: `line ${number}` });
  await open('/numbers');
  await untilInPage(page, "document.querySelectorAll('main tbody tr').length === 50");
  await press(page, 'Older');
  await sees(page, 'Page 2');
  await sees(page, '7200');
  await press(page, 'Newer');
  await sees(page, '88159');
  await page.locator('input[type=search]').fill('line 17');
  await untilInPage(page, "document.querySelectorAll('main tbody tr').length === 1");
  expect(await seen(page)).toContain('88117');
  await open('/flows');
  await open('/numbers');
  const flow = practice.ids.flows ?? '';
  await page.select('main .filters select', flow);
  await untilInPage(page, "document.querySelectorAll('main tbody tr').length === 1");
  expect(await seen(page)).toContain('7200');
});

/** Writes into a filter; times are written by the clock on the wall. */
async function narrow(name: string, value: string): Promise<void> {
  await inPage(
    page,
    `((field) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, '${value}');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    })([...document.querySelectorAll('main .filters label')].find((each) => each.textContent === '${name}').control)`,
  );
}

const rows = (count: number): Promise<void> =>
  untilInPage(page, `document.querySelectorAll('main tbody tr').length === ${count}`);
const shownIds = (): Promise<readonly string[]> =>
  inPage(
    page,
    "[...document.querySelectorAll('main tbody td:first-child a')].map(({ hash }) => hash.split('/')[2])",
  );

test('a list is narrowed by times of the clock on the wall, and what it has then is exported', async () => {
  // Five hours and a half before UTC: who takes one time for the other finds something else.
  await page.emulateTimezone('Asia/Kolkata');
  const onTheWall = (minutes: number): string =>
    new Date(wallTime() + (330 + minutes) * 60_000).toISOString().slice(0, 16);
  await open('/calls');
  await untilInPage(page, "document.querySelector('main tbody tr')");
  const all = await inPage<number>(page, "document.querySelectorAll('main tbody tr').length");
  await narrow('Since', onTheWall(5));
  await sees(page, 'There is nothing here.');
  await narrow('Since', onTheWall(-60));
  await rows(all);
  await narrow('Until', onTheWall(-60));
  await sees(page, 'There is nothing here.');
  await narrow('Until', onTheWall(5));
  await rows(all);

  await page.select('main .filters select', 'hangup');
  await untilInPage(page, "!document.querySelector('main tbody').innerText.includes('progressing')");
  const ended = await shownIds();
  expect(ended.length).toBeGreaterThan(0);
  expect(ended.length).toBeLessThan(all);
  const exported = async (kind: string): Promise<readonly string[]> => {
    const link = `[...document.querySelectorAll('main a[download]')].find((each) => each.textContent === 'Export ${kind}')`;
    const text = await inPage<string>(page, `fetch(${link}.href).then((answer) => answer.text())`);
    return text.trim().split('\n');
  };
  expect((await exported('JSON lines')).map((line) => JSON.parse(line).id)).toEqual(ended);
  const [names = '', ...lines] = await exported('CSV');
  expect(names.split(',')).toContain('hangup_reason');
  expect(lines).toHaveLength(ended.length);
  await narrow('Since', onTheWall(5));
  await sees(page, 'There is nothing here.');
  expect(await exported('CSV')).toEqual([names.trim()]);
  await page.emulateTimezone();
});

test('a list is narrowed to what belongs to one call, by its id once that is whole', async () => {
  const id = practice.ids.calls ?? '';
  const { result } = await get<{ result: { id: string }[] }>(`transcribes?reference_id=${id}`);
  const all = (await get<{ result: unknown[] }>('transcribes')).result.length;
  await open('/transcribes');
  await rows(all);
  await narrow('Reference', practice.ids.flows ?? '');
  await sees(page, 'There is nothing here.');
  await narrow('Reference', id.slice(0, 30));
  await rows(all);
  await page.waitForSelector('main .filters [aria-invalid=true]');
  await narrow('Reference', id);
  await rows(result.length);
  await page.waitForSelector('main .filters [aria-invalid=false]');
  expect(result.length).toBeGreaterThan(0);
  expect(await shownIds()).toEqual(result.map((each) => each.id));
});
