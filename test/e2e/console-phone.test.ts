import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { wavHeader, wavTone } from '../support/audio-files.ts';
import {
  type ConsoleOptions,
  type ConsolePage,
  openBrowser,
  openConsole,
  press,
  seen,
} from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { MediaServer } from '../support/media-server.ts';
import { countedTones, countTones, playedBy } from '../support/page-ear.ts';
import type { Phone } from '../support/phone.ts';
import { isSoak } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

/** Leads here, and is no name of this machine. */
const name = 'calls.example';

const ofConnections = /WebSocket connection to|ERR_CONNECTION_REFUSED|Cross-Origin-Opener-Policy/;
/** What the tests listen with in the page, whose policy lets in no worklet of theirs. */
const ofTheEar = /ScriptProcessorNode is deprecated/;

let system: System;
let port: number;
let browser: Browser;
let desk: Phone;
let opened: ConsolePage[] = [];

beforeAll(async () => {
  port = await freePort('tcp');
  const env = {
    ...{ ARIFLOW_WEBRTC: 'on', ARIFLOW_API_PORT: String(port) },
    ARIFLOW_PUBLIC_URL: `http://${name}:${port}`,
  };
  [system, browser] = await Promise.all([System.start({ env }), openBrowser({ name })]);
  desk = await system.desk('1001');
  await desk.register();
});
afterEach(async () => {
  const complaints = opened.flatMap((each) => each.complaints);
  for (const { page } of opened) if (!page.isClosed()) await page.close();
  opened = [];
  expect(complaints.filter((text) => !ofConnections.test(text) && !ofTheEar.test(text))).toEqual([]);
  await system.quiet([
    ...[/Playback failed for sound/, /Web socket closed abruptly/, /WebSocket read error/],
    /Error reading from web socket/,
    /AOR '' not found|not found for endpoint/,
  ]);
});
afterAll(async () => {
  await browser?.close();
  await system[Symbol.asyncDispose]();
});

/** The console with its phone, which is ready. */
async function openPhone(options: ConsoleOptions = {}, by = browser): Promise<Page> {
  const given = await openConsole(by, system, options);
  opened.push(given);
  await press(given.page, 'Phone');
  return given.page;
}

async function openReady(): Promise<Page> {
  const page = await openPhone();
  await page.waitForSelector('#phone .dot.ready');
  return page;
}

async function call(page: Page, number: string): Promise<void> {
  await page.locator('#phone input').fill(number);
  await pressed(page, 'Call');
}

/** A button of the phone: the page beside it has some that are called likewise. */
const pressed = (page: Page, label: string) =>
  page.locator(`#phone ::-p-aria([name="${label}"][role="button"])`).click();
const hangUp = (page: Page) => page.locator('#phone button.danger').click();
const isIdle = (page: Page) => page.waitForSelector('#phone form');
const extensionOf = (page: Page) => page.$eval('#phone h2 small', ({ textContent }) => String(textContent));
const sees = (page: Page, text: string) =>
  eventually(async () => (await seen(page)).includes(text), { what: `to see ${text}` });
const hears = (page: Page, tone: number) =>
  eventually(async () => Math.abs(((await playedBy(page))?.tone ?? 0) - tone) < 20, {
    what: `${tone} Hz in the page`,
  });

/** The page talks with the desk, which hears it beep, and is heard. */
async function talking(page: Page) {
  desk.onInvite(answering({ tone: 1_200 }));
  const before = desk.incoming.length;
  await call(page, '1001');
  const incoming = await until(() => desk.incoming[before], { what: 'the desk to be called' });
  await hears(page, 1_200);
  await until(() => incoming.heard.firstSoundAt(), { what: 'the beeps of the page' });
  return incoming;
}

test('both hear each other, in Opus where Asterisk has it; muted, the page is not heard, and holding, nor is the desk', async () => {
  const page = await openReady();
  const incoming = await talking(page);
  expect((await playedBy(page))?.codec).toBe('audio/opus');

  await pressed(page, 'Mute');
  // It beeps every second.
  await eventually(async () => {
    const from = incoming.heard.endedAt ?? 0;
    await until(() => (incoming.heard.endedAt ?? 0) > from + 2_500, { what: 'its audio' });
    return incoming.heard.firstSoundAt(from) === undefined;
  });
  await pressed(page, 'Mute');
  const unmuted = incoming.heard.endedAt ?? 0;
  await until(() => incoming.heard.firstSoundAt(unmuted), { what: 'the page again' });

  await pressed(page, 'Hold');
  await page.waitForSelector('#phone button[aria-pressed=true]');
  await eventually(async () => (await playedBy(page))?.tone === 0, { what: 'silence in the page' });
  // It has music meanwhile, and no beeps.
  const held = incoming.heard.endedAt ?? 0;
  await until(() => incoming.heard.firstSoundAt(held), { what: 'music at the desk' });
  await pressed(page, 'Hold');
  await hears(page, 1_200);

  await hangUp(page);
  await incoming.ended;
  await isIdle(page);
});

/** How many other calls, and for how long. */
const [others, seconds] = isSoak ? [200, 600] : [20, 15];

test(`beside ${others} calls a page’s call is heard for ${seconds} s as if it were alone`, async () => {
  const page = await openReady();
  await system.flowOn('2302', [
    { type: 'answer' },
    { type: 'moh' },
    { type: 'sleep', option: { duration: seconds * 1_000 } },
    { type: 'hangup' },
  ]);
  const load = sipp('answer-and-wait-bye', {
    remote: `127.0.0.1:${system.asterisk.sipPort}`,
    number: '2302',
    calls: others,
    rate: 20,
    limit: others,
    timeout: (seconds + 120) * 1_000,
  });
  await eventually(async () => (await system.figure('ariflow_calls_live')) === others, {
    what: 'the others',
  });
  const incoming = await talking(page);
  const now = async () => {
    const { packets = 0, lost = 0 } = (await playedBy(page)) ?? {};
    return { at: wallTime(), packets, lost, said: incoming.heard.packets };
  };
  const from = await now();
  // Some of it, since the others go when they came.
  await new Promise((resolve) => setTimeout(resolve, (seconds - 6) * 1_000));
  const to = await now();
  await hears(page, 1_200);
  await hangUp(page);
  await incoming.ended;
  await isIdle(page);
  expect(await load).toMatchObject({ successful: others, failed: 0 });
  // Of packets, each with 20 ms, as many as there was time for, and next to none was lost.
  const least = ((to.at - from.at) / 20) * 0.85 - 25;
  expect(to.packets - from.packets).toBeGreaterThan(least);
  expect(to.said - from.said).toBeGreaterThan(least);
  expect(to.lost - from.lost).toBeLessThan(0.01 * least);
  expect(incoming.heard.lost).toBeLessThan(0.01 * least);
  expect(incoming.heard.senders).toBe(1);
  // An Asterisk that has stopped in ICE answers nobody.
  expect(await system.asterisk.cli('core show channels count')).toContain('active channel');
}, 900_000);

test('digits are pressed with the mouse and with the keyboard, and shown', async () => {
  const page = await openReady();
  await system.flowOn('2301', [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 60_000, length: 4, key: '#' } },
    { type: 'sleep', option: { duration: 60_000 } },
  ]);
  await call(page, '2301');
  await page.waitForSelector('#phone .keypad');
  const callId = await system.callTo('2301');
  await pressed(page, '1');
  await page.keyboard.press('2');
  await pressed(page, '*');
  await page.keyboard.press('0');
  await eventually(
    async () => {
      const { body } = await system.api.get<{ action: { type: string } }>(`/v1.0/calls/${callId}`);
      return body.action.type === 'sleep';
    },
    { what: 'four digits' },
  );
  const digits = await page.$eval('#phone .digits', ({ textContent }) => textContent);
  expect(digits).toContain('12*0');
  await hangUp(page);
  await system.history(callId);
});

test('a flow that calls the page is heard from its first word on', async () => {
  // What begins the word is short, and was lost before the keys of its audio were agreed on.
  const parts = [wavTone({ length: 100, frequency: 1_500 }), wavTone({ length: 900, frequency: 700 })];
  const samples = Buffer.concat(parts.map((part) => part.subarray(44)));
  await using media = await MediaServer.open({
    '/word.wav': { body: Buffer.concat([wavHeader(samples.length), samples]) },
  });
  const page = await openReady();
  await countTones(page, [1_500, 700]);
  await page.reload();
  await press(page, 'Phone');
  await page.waitForSelector('#phone .dot.ready');
  const extension = await extensionOf(page);
  const word = { type: 'play', option: { stream_urls: [`${media.url}/word.wav`] } };
  // The first call has the file fetched.
  for (const times of [1, 2, 3]) {
    const before = await countedTones(page);
    await system.api.post('/v1.0/calls', {
      source: { type: 'tel', target: '100' },
      destinations: [{ type: 'extension', target: extension }],
      actions: [word, { type: 'hangup' }],
    });
    await sees(page, 'is calling you');
    await pressed(page, 'Answer');
    await page.waitForSelector('#phone .keypad');
    await isIdle(page);
    const after = await countedTones(page);
    const heard = (tone: number): number => (after[tone] ?? 0) - (before[tone] ?? 0);
    expect(heard(700), `ms of the word in call ${times}`).toBeGreaterThan(600);
    expect(heard(1_500), `ms of its beginning in call ${times}`).toBeGreaterThan(40);
  }
});

test('while it talks, whoever calls it hears that it is busy, and the talk goes on', async () => {
  const page = await openReady();
  const incoming = await talking(page);
  const caller = await system.caller();
  const second = await caller.call(await extensionOf(page));
  expect((await second.final).status).toBe(486);
  await hears(page, 1_200);
  await incoming.bye();
  await isIdle(page);
});

test('it is rung, declines, and is rung again and answers', async () => {
  const page = await openReady();
  const caller = await system.caller();
  const first = await caller.call(await extensionOf(page));
  await sees(page, 'is calling you');
  await pressed(page, 'Decline');
  expect((await first.final).status).toBeGreaterThanOrEqual(400);
  await isIdle(page);
  const second = await caller.call(await extensionOf(page));
  await sees(page, 'is calling you');
  await pressed(page, 'Answer');
  await second.answered;
  second.tone(900);
  await hears(page, 900);
  await second.bye();
  await isIdle(page);
});

test.each([
  [
    'where the page may not have the microphone',
    { isAllowed: false },
    'The microphone is not allowed to this page.',
  ],
  ['without a microphone', { hasMicrophone: false }, 'There is no microphone.'],
])('%s it says so, calls nobody, and takes no call', async (_, options, words) => {
  const other = await openBrowser(options);
  try {
    const page = await openPhone({}, other);
    await page.waitForSelector('#phone .dot.ready');
    const extension = await extensionOf(page);
    await call(page, '100');
    await sees(page, words);
    await isIdle(page);
    const caller = await system.caller();
    const ringing = await caller.call(extension);
    await sees(page, 'is calling you');
    await pressed(page, 'Answer');
    expect((await ringing.final).status).toBeGreaterThanOrEqual(400);
    await sees(page, words);
    // It has called nobody: the first call of all that is told of is the one to it.
    await system.callTo(extension);
    const { body } = await system.api.get<{ result: { source: { target: string } }[] }>('/v1.0/calls');
    expect(body.result.filter(({ source }) => source.target === extension)).toEqual([]);
  } finally {
    await other.close();
  }
});

test('on http from elsewhere it says that TLS in front is needed', async () => {
  const page = await openPhone({ url: `http://${name}:${port}` });
  await page.waitForSelector('#phone .dot.failed');
  await sees(page, 'TLS in front is needed');
});

test('a session that ends during a call ends it, lets the microphone go, and says how to come in again', async () => {
  const page = await openReady();
  const incoming = await talking(page);
  // In another tab; this one is told by nobody.
  const other = await page.browserContext().newPage();
  await other.goto(system.daemon.url);
  await press(other, 'Sign out');
  await incoming.ended;
  await sees(page, 'Your session is over.');
  expect(await playedBy(page)).toBeUndefined();
  await other.close();
});

test('a daemon that is killed during a call leaves it; the page is back by itself, hangs up and is told of an end', async () => {
  const page = await openReady();
  const incoming = await talking(page);
  const extension = await extensionOf(page);
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await page.waitForSelector('#phone .dot.lost');
  await sees(page, 'No connection to the daemon. It is tried again, and the call goes on.');
  await hears(page, 1_200);
  await system.restartDaemon();
  await page.waitForSelector('#phone .dot.ready');
  expect(await seen(page)).not.toContain('No connection');
  await hears(page, 1_200);
  await incoming.bye();
  await isIdle(page);

  // As before: it is called, and calls.
  expect(await extensionOf(page)).toBe(extension);
  const again = await talking(page);
  await hangUp(page);
  await again.ended;
  await isIdle(page);
});
