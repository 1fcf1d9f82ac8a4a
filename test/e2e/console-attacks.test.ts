import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goTo, inPage, openBrowser, openConsole, press, untilInPage } from '../support/browser.ts';
import { MediaServer } from '../support/media-server.ts';
import { ofPractices, Practice, plainWording, practiceEnv, type Wording } from '../support/practice.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { TranscriptionServer } from '../support/transcription-server.ts';
import { eventually } from '../support/until.ts';

let speech: TranscriptionServer;
let system: System;
let browser: Browser;
let page: Page;
let complaints: readonly string[];
const dialogs: string[] = [];
const requests: string[] = [];

beforeAll(async () => {
  speech = await TranscriptionServer.open();
  [system, browser] = await Promise.all([System.start({ env: practiceEnv(speech) }), openBrowser()]);
  ({ page, complaints } = await openConsole(browser, system));
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  await inPage(page, 'window.attack = () => { window.isAttacked = true; }');
});
afterAll(async () => {
  await browser?.close();
  await system?.[Symbol.asyncDispose]();
  await speech?.[Symbol.asyncDispose]();
});

/** What somebody would have the page do. Each is put wherever a text of others is shown. */
const attacks: readonly (readonly [what: string, text: string])[] = [
  ['an image that is not there', '<img src=x onerror=attack()>'],
  ['a script', '<script>attack()</script>'],
  ['a picture that breaks out of an attribute', `"'><svg onload=attack()>`],
  ['a link to a script', '[click](javascript:attack())'],
  ['a frame', '<iframe srcdoc="<script>parent.attack()</script>"></iframe>'],
  ['marks of templates', '{{constructor.constructor("attack()")()}} ${7*7} <%= 7*7 %>'],
  ['entities', '&lt;b onclick=attack()&gt; &#60;i&#62;'],
  ['letters from right to left', '\u202Egnp.tcaf\u202C \u05D0\u05D1'],
  ['a very long word', 'Donaudampfschifffahrtsgesellschaftskapitaensmuetze'],
];

const kinds = [
  ...[
    'calls',
    'flows',
    'numbers',
    'schedules',
    'queues',
    'queuecalls',
    'agents',
    'conferences',
    'recordings',
  ],
  ...[
    'mailboxes',
    'voicemails',
    'transcribes',
    'sounds',
    'extensions',
    'trunks',
    'chatbots',
    'webhooks',
    'deliveries',
  ],
  'tokens',
];

/** What has come into the page that is not of ours: elements, handlers, links. */
const foreign = `[...document.querySelectorAll(
  'img, iframe, object, embed, base, form[action], body script, [onerror], [onload], [onclick], a[href^="javascript:" i]'
)].map(({ outerHTML }) => outerHTML)`;

const isOurs = (url: string): boolean =>
  url.startsWith('blob:') ||
  url.startsWith('data:') ||
  (url.startsWith(`${system.daemon.url}/`) &&
    /^\/($|assets\/|v1\.0\/|openapi\.json$|readyz$)/.test(new URL(url).pathname));

/** Its text as it was typed: what is seen of it depends on where lines break. */
const typed = 'document.body.textContent';

/** To each thing the next of these texts, and the same one again. */
function inTurn(texts: readonly string[]): (what: string) => string {
  const given = new Map<string, string>();
  return (what) => {
    const text = given.get(what) ?? texts[given.size % texts.length] ?? '';
    given.set(what, text);
    return text;
  };
}

/** What everything is called, by the next of these texts each. */
function wordingOf(texts: readonly string[], prefix: string): Wording {
  const [textOf, numberOf] = [inTurn(texts), inTurn(texts)];
  const note = textOf('note');
  return {
    ...plainWording,
    // A SIP caller has no double quotes in his name, and names of ours are 255 letters at most.
    name: (what) => `${textOf(what)} ${what}`.replaceAll('"', "'").slice(0, 250),
    note: `${note} is a note ${note.repeat(5)}`,
    said: `${textOf('said')} was said`,
    callerName: textOf('caller').replaceAll('"', "'"),
    number: (user) => encodeURIComponent(`${numberOf(user)}${user}`),
    answer: textOf('answer'),
    prefix,
  };
}

/** Every page of the console takes some seconds: without a soak each place has one text, and then another one. */
const texts = attacks.map(([, each]) => each);
const tried: readonly (readonly [what: string, texts: readonly string[]])[] = isSoak
  ? attacks.map(([what, each]) => [what, [each]])
  : [
      ['each of them somewhere', texts],
      ['and elsewhere', [...texts.slice(4), ...texts.slice(0, 4)]],
    ];

test.each(tried)(
  '%s is a text, on every page',
  async (_, those) => {
    requests.length = 0;
    const practice = await Practice.open(
      system,
      speech,
      wordingOf(those, `8${tried.findIndex(([, each]) => each === those) + 1}`),
    );
    const { name, note, said, callerName } = practice.wording;
    // What stands behind a semicolon is a parameter, and no part of it.
    const number = (user: string): string =>
      decodeURIComponent(practice.wording.number(user)).split(';')[0] ?? '';
    const missing: string[] = [];
    const visit = async (place: string, ...shown: readonly string[]): Promise<void> => {
      await goTo(page, place);
      await untilInPage(page, "!document.querySelector('main [aria-busy=true]')");
      for (const each of shown)
        await eventually(() => inPage<boolean>(page, `${typed}.includes(${JSON.stringify(each)})`), {
          what: 'it',
          timeout: 10_000,
        }).catch(() => missing.push(`${place}: ${each}`));
      expect(await inPage(page, foreign), place).toEqual([]);
      const isWide = await inPage(page, 'document.documentElement.scrollWidth > innerWidth');
      expect(isWide, place).toBe(false);
    };
    try {
      await visit('/', callerName, number('493055501'), number('493055502'), number('493060101'));
      for (const kind of kinds) await visit(`/${kind}`);
      const one = (kind: string): string => `/${kind}/${practice.ids[kind]}`;
      for (const kind of [
        'schedules',
        'queues',
        'agents',
        'conferences',
        'mailboxes',
        'chatbots',
        'webhooks',
        'trunks',
      ])
        await visit(
          one(kind),
          note.startsWith('[click]') ? 'is a note' : (note.split(' is a note')[0] ?? ''),
        );
      await visit('/queues', name('Front desk'), name('Mary Somerville'), name('Grace Hopper'));
      await visit(one('queues'), name('Charles Babbage'), name('Grace Hopper'));
      await visit(one('conferences'), name('Team meeting'), name('Emmy Noether'));
      await visit(one('extensions'), name('Front desk'));
      await visit(one('sounds'), name('Welcome'));
      await visit(one('tokens'), name('Reports'));
      await visit(one('transcribes'), said);
      await visit(one('flows'));
      await visit('/voicemails', number('4930555'));
      await visit(one('calls'), callerName, said, number('4930123456'));
      // All that is known of each moment of the call: bodies, answers, variables.
      const count = await inPage<number>(page, "document.querySelectorAll('.bar-of').length");
      for (let index = 0; index < count; index++)
        await inPage(page, `document.querySelectorAll('.bar-of')[${index}]?.click()`);
      expect(await inPage(page, foreign)).toEqual([]);
      // Asked whether it is to be deleted, by its name.
      await visit(one('webhooks'));
      await press(page, 'Delete');
      await untilInPage(
        page,
        `document.querySelector('dialog')?.textContent.includes(${JSON.stringify(name('Patient records'))})`,
      );
      expect(await inPage(page, foreign)).toEqual([]);
      await page.keyboard.press('Escape');
    } finally {
      await practice.close();
    }
    expect(missing).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(await inPage(page, 'window.isAttacked')).toBeUndefined();
    expect(requests.filter((url) => !isOurs(url))).toEqual([]);
    expect(complaints).toEqual([]);
  },
  300_000,
);

test.each(attacks.filter(([, text]) => !/^\w+$/.test(text)))('%s is no id of an action', async (_, id) => {
  const { status, body } = await system.api.post('/v1.0/flows', {
    name: 'x',
    actions: [{ id, type: 'answer' }],
  });
  expect([status, body]).toEqual([400, expect.objectContaining({ error: expect.anything() })]);
});

test.each(attacks)('%s is no number that anybody has', async (_, number) => {
  const phone = await system.caller();
  expect((await (await phone.call(number)).final).status).toBe(404);
  await system.quiet(ofPractices);
});

test('in a frame of another page nothing of it is seen, though its user is signed in', async () => {
  const { url } = system.daemon;
  const headers = { 'content-type': 'text/html' };
  await using other = await MediaServer.open({
    '/': {
      body: `<iframe src="/own"></iframe><iframe src="${url}/"></iframe><object data="${url}/"></object><embed src="${url}/">`,
      headers,
    },
    '/own': { body: 'something', headers },
  });
  const around = await page.browserContext().newPage();
  const asked = new Set<string>();
  around.on('request', (request) => asked.add(request.url()));
  await around.goto(`${other.url}/`);
  const shown = around.frames().map((frame) => frame.url());
  expect(shown).toContain(`${other.url}/own`);
  expect(shown.filter((each) => each.startsWith(url))).toEqual([]);
  // Nor is anything asked for that it is made of.
  expect([...asked].filter((each) => each.startsWith(url))).toEqual([`${url}/`]);
  await around.close();
  await page.bringToFront();
});

test('what the daemon refuses is told as a text', async () => {
  await goTo(page, '/sounds');
  await press(page, 'Upload a sound');
  const [chooser] = await Promise.all([
    page.waitForFileChooser(),
    page.locator('dialog input[type=file]').click(),
  ]);
  await chooser.accept([import.meta.filename]);
  await page.locator('dialog input[name=name]').fill('<img src=x onerror=attack()>');
  await page.locator('dialog button[type=submit]').click();
  await page.waitForSelector('.toast.bad');
  await press(page, 'Close');
  expect(await inPage(page, foreign)).toEqual([]);
  await goTo(page, '/numbers/new');
  await page.locator('main form input').fill('<script>attack()</script>');
  await press(page, 'Create');
  await page.waitForSelector('.wrong[role=alert]');
  expect(await inPage(page, foreign)).toEqual([]);
  expect([dialogs, complaints]).toEqual([[], []]);
  expect(await inPage(page, 'window.isAttacked')).toBeUndefined();
});
