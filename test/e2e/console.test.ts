import type { Browser, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type { Timeline } from '../../src/api/timeline.ts';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { answering } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { barriers, goTo, inPage, openConsole, press, untilInPage } from '../support/browser.ts';
import { chosen, lanesOf, sees, withConsole } from '../support/console.ts';
import type { Sound } from '../support/heard.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { uploaded } from '../support/practice.ts';
import type { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let browser: Browser;
let page: Page;
withConsole(
  {
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
    expected: [/action_failed/, /no-such-sound/],
  },
  (opened) => ({ system, browser, page } = opened),
);

const rest = { id: 'rest', type: 'sleep', option: { duration: 600_000 } };

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** An answered call of somebody who has dialled this number. */
async function givenCall(number: string): Promise<Given> {
  const call = await (await system.caller()).call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

async function record(callId: string): Promise<CallRecord> {
  return (await system.api.get<CallRecord>(`/v1.0/calls/${callId}`)).body;
}

test('the code is gone from the address, and no script sees the cookie', async () => {
  expect(new URL(page.url()).hash).toBe('#/');
  expect(await inPage(page, 'document.cookie')).toBe('');
});

async function newLink(): Promise<string> {
  const { body } = await system.api.post<{ url: string }>('/v1.0/sessions/codes', {});
  return `${system.daemon.url}/${new URL(body.url).hash}`;
}

/** A link, opened in a browser of somebody else's. */
async function opened(link: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  const other = await context.newPage();
  await other.goto(link);
  await other.waitForSelector('main h1');
  return other;
}

const flows = (from: Page): Promise<number> =>
  inPage(from, "fetch('/v1.0/flows').then(({ status }) => status)");

test('a link lets in whoever opens it first; one that is used, pushed out or made up says so, and how to get another', async () => {
  const [used, old] = [await newLink(), await newLink()];
  const first = await opened(used);
  expect(await inPage(first, "document.querySelector('h1').textContent")).toBe('Live');
  // Of more than a hundred that were not opened the oldest is good no more.
  for (let count = 0; count < 100; count++) await newLink();
  for (const link of [used, old, `${system.daemon.url}/#code=${'x'.repeat(43)}`]) {
    const late = await opened(link);
    expect(await inPage(late, "document.querySelector('[role=alert]').innerText")).toBe(
      'The link is used, too old or wrong. Run npx ariflow console and open the link it prints.',
    );
    expect([new URL(late.url()).hash, await flows(late)]).toEqual(['#/', 401]);
    await late.locator('#code').fill(await newLink());
    await press(late, 'Sign in');
    await untilInPage(late, "document.querySelector('h1')?.textContent === 'Live'");
    expect(await flows(late)).toBe(200);
    await late.browserContext().close();
  }
  expect(await flows(first)).toBe(200);
  await first.browserContext().close();
});

test('a call is seen with what it does, held and hung up', async () => {
  await system.flowOn('701', [{ type: 'answer' }, rest]);
  await goTo(page, '/');
  await sees(page, '0 calls now');
  const { call } = await givenCall('701');
  await sees(page, 'progressing');
  await sees(page, 'Sleep');
  expect(await barriers(page)).toEqual([]);

  const isTold = (direction: string) =>
    until(() => call.changes.at(-1)?.direction === direction, { what: `the phone to be told ${direction}` });
  await press(page, 'Hold');
  await sees(page, 'held');
  await isTold('sendonly');
  await press(page, 'Unhold');
  await isTold('sendrecv');
  await press(page, 'Hang up');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  await sees(page, '0 calls now');
});

/** Presses a button of a call, says what its dialog asks for, and confirms that. Answers the time of it. */
async function order(name: string, say: () => Promise<unknown>): Promise<number> {
  await press(page, name);
  await page.waitForSelector('dialog[open]');
  await say();
  expect(await barriers(page)).toEqual([]);
  const at = wallTime();
  await page.locator('dialog button[type=submit]').click();
  await untilInPage(page, "!document.querySelector('dialog')");
  return at;
}

const lengthOf = (sounds: readonly Sound[]): number =>
  sounds.reduce((sum, { from, to }) => sum + to - from, 0);

/** Waits until nearly all of a tone has been heard, which is 600 ms long. */
async function hasHeard({ heard }: OutgoingCall, tone: number, from: number): Promise<void> {
  const isIt = ({ frequency = 0 }: Sound): boolean => Math.abs(frequency - tone) < 30;
  await eventually(async () => lengthOf(heard.sounds(from).filter(isIt)) > 450, {
    what: `a tone of ${tone} Hz`,
  });
}

test('by its buttons a call is spoken to, played what lies anywhere or was uploaded, and sent to another flow', async () => {
  const tone = (frequency: number) => ({ body: wavTone({ length: 600, frequency }) });
  await using media = await MediaServer.open({ '/700.wav': tone(700), '/900.wav': tone(900) });
  await uploaded(system, 'gong', '');
  await system.flowOn('702', [{ type: 'answer' }, rest]);
  const song = { type: 'play', option: { stream_urls: [`${media.url}/900.wav`] } };
  const elsewhere = await system.flowOn('7021', [song, { ...rest, id: 'there' }]);
  await goTo(page, '/');
  const { call, callId } = await givenCall('702');
  await sees(page, 'Sleep');

  const spokenAt = await order('Talk', () =>
    page.locator('dialog textarea').fill('This is the operator speaking to you.'),
  );
  // Speech: for longer than a second in all, of many pitches.
  await eventually(async () => lengthOf(call.heard.sounds(spokenAt)) > 1_000, { what: 'speech' });
  expect(call.heard.sounds(spokenAt).length).toBeGreaterThan(3);
  await until(() => call.heard.silentSince(wallTime() - 1_000), { what: 'the end of it' });

  const playedAt = await order('Play', () => page.locator('dialog input').fill(`${media.url}/700.wav`));
  await hasHeard(call, 700, playedAt);
  const soundedAt = await order('Play', async () => {
    await page.waitForSelector('dialog option[value="sound:gong"]');
    await page.locator('dialog input').fill('sound:gong');
  });
  await hasHeard(call, 440, soundedAt);

  await goTo(page, `/calls/${callId}`);
  const sentAt = await order('Redirect', async () => {
    await page.waitForSelector(`dialog option[value="${elsewhere}"]`);
    await page.select('dialog select', elsewhere);
  });
  await hasHeard(call, 900, sentAt);
  await eventually(async () => (await record(callId)).action.id === 'there', { what: 'it to be there' });
  expect(await record(callId)).toMatchObject({ status: 'progressing', flow_id: elsewhere });
  await untilInPage(
    page,
    `[...document.querySelectorAll('.lane')].find((each) => each.firstChild.textContent === 'Flow')
      ?.querySelectorAll('button').length === 2`,
  );
  await press(page, 'Hang up');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
});

test("a call's time axis has all it met, also the phone that it called, its hold, what was played and what led nowhere", async () => {
  const desk = await system.caller('desk');
  desk.onInvite(answering({ tone: 1_200 }));
  const address = { type: 'sip', target: desk.contact.replace(/^sip:/, '') };
  await system.flowOn('703', [
    { id: 'up', type: 'answer' },
    { id: 'gong', type: 'beep' },
    { id: 'lost', type: 'play', option: { stream_urls: ['sound:no-such-sound'] } },
    { type: 'variable_set', option: { key: 'where', value: 'nowhere' } },
    { id: 'astray', type: 'goto', option: { target_id: '${where}', loop_count: 1 } },
    { id: 'desk', type: 'connect', option: { destinations: [address] } },
    { id: 'end', type: 'hangup' },
  ]);
  const { call, callId } = await givenCall('703');
  await until(() => call.heard.hears(1_200), { what: 'the desk' });
  const isHeld = (hold: boolean) =>
    eventually(async () => (await record(callId)).hold === hold, { what: `hold ${hold}` });
  await call.hold();
  await isHeld(true);
  await call.unhold();
  await isHeld(false);
  await desk.incoming[0]?.bye();
  await call.ended;
  await system.history(callId);

  const { events } = (await system.api.get<Timeline>(`/v1.0/calls/${callId}/timeline`)).body;
  const of = (type: string) => events.filter((event) => event.type === type);
  const { chained_call_ids: legs } = await record(callId);
  expect(of('leg').map(({ id, what }) => [id, what])).toEqual(legs.map((id) => [id, 'hangup']));
  expect(of('leg')).toMatchObject([{ data: { hangup_by: 'remote', destination: address } }]);
  expect(of('hold')).toMatchObject([{ what: 'hold' }]);
  expect(of('playback').map(({ what, data }) => [what, data.result])).toEqual([
    ['sound:beep', undefined],
    ['sound:no-such-sound', 'failed'],
  ]);
  expect(of('failure')).toMatchObject([{ what: 'goto', id: 'astray', data: { code: 'INVALID_TARGET' } }]);
  const [leg, hold] = [of('leg')[0]!, of('hold')[0]!];
  const times = [leg.tm, hold.tm, hold.tm_end, leg.tm_end];
  expect(times.toSorted()).toEqual(times);

  await goTo(page, `/calls/${callId}`);
  await page.waitForSelector('.lane button');
  const lanes = ['Call', 'Flow', 'Action', 'Failure', 'Playback', 'Hold', 'Leg', 'Webhook'];
  expect(await lanesOf(page)).toEqual(lanes);
  expect(await chosen(page, 'Leg')).toContain('remote');
  expect(await chosen(page, 'Hold')).toMatch(/at \d+\.\d+ s, for \d+\.\d+ s/);
  expect(await chosen(page, 'Playback', 'sound:no-such-sound')).toContain('failed');
  expect(await chosen(page, 'Failure')).toContain('there is no such action to go to');
  expect(await chosen(page, 'Action', 'Play')).toContain('PLAYBACK_FAILED');
  // Each where it was: the hold within the call to the desk, to the right of what was played.
  const [played, rang, held] = await inPage<[number, number][]>(
    page,
    `['Playback', 'Leg', 'Hold'].map((lane) => {
      const found = [...document.querySelectorAll('.lane')].find((each) => each.firstChild.textContent === lane);
      const { left, right } = found.querySelector('button').getBoundingClientRect();
      return [left, right];
    })`,
  );
  expect(played![0]).toBeLessThan(rang![0]);
  expect(rang![0]).toBeLessThanOrEqual(held![0]);
  expect(held![1]).toBeLessThanOrEqual(rang![1] + 1);
});

test('a recording is drawn on the time axis, as loud as it was and when', async () => {
  const start = { type: 'recording_start', option: { channels: 'in' } };
  await system.flowOn('705', [{ type: 'answer' }, start, rest]);
  const { call, callId } = await givenCall('705');
  const isTold = (wanted: string) =>
    system.sink.waitFor(({ type, data }) => type === wanted && data.reference_id === callId);
  await isTold('recording_created');
  const passes = (ms: number): Promise<unknown> => {
    const from = wallTime();
    return until(() => wallTime() - from > ms, { what: 'some time' });
  };
  await passes(1_500);
  call.tone(600);
  await passes(1_500);
  await call.bye();
  const { data } = await system.sink.waitFor(
    ({ type, data: { reference_id, status } }) =>
      type === 'recording_updated' && reference_id === callId && status === 'done',
  );
  await system.history(callId);
  await goTo(page, `/calls/${callId}`);
  await page.waitForSelector('.bar-of path');
  const drawn = await inPage<string>(page, "document.querySelector('.bar-of path').getAttribute('d')");
  const halves = [...drawn.matchAll(/V([\d.]+)/g)].map(([, end]) => Number(end) - 1);
  expect(halves).toHaveLength(400);
  const mean = (part: readonly number[]): number => part.reduce((sum, half) => sum + half, 0) / part.length;
  expect(mean(halves.slice(0, 80))).toBeLessThan(0.1);
  expect(mean(halves.slice(320))).toBeGreaterThan(0.5);
  expect(await chosen(page, 'Recording')).toContain(String(data.id));
});

/** The ids of the actions that are lit in the editor. */
const lit = (): Promise<readonly string[]> =>
  inPage(page, "[...document.querySelectorAll('.node.lit small')].map((id) => id.textContent.trim())");

test('in the editor of a flow what is lit of a call is of that flow, and it says when it was another one then', async () => {
  const first = await system.flowOn('704', [
    { id: 'up', type: 'answer' },
    { id: 'rest', type: 'sleep', option: { duration: 600_000 } },
    { id: 'bye', type: 'hangup' },
  ]);
  const second = await system.flowOn('7041', [
    { id: 'up', type: 'answer' },
    { id: 'there', type: 'sleep', option: { duration: 600_000 } },
    { id: 'rest', type: 'hangup' },
  ]);
  const { call, callId } = await givenCall('704');
  const isAt = (id: string) =>
    eventually(async () => (await record(callId)).action.id === id, { what: `the call to be at ${id}` });
  await isAt('rest');
  await system.api.post(`/v1.0/calls/${callId}/redirect`, { flow_id: second });
  await isAt('there');
  await call.bye();
  const ended = () => system.sink.eventsOf(callId).filter(({ type }) => type === 'activeflow_deleted');
  await until(() => ended().length === 2, { what: 'the end of both flows' });

  await goTo(page, `/calls/${callId}`);
  await page.locator('::-p-aria([name="Open in the editor"][role="link"])').click();
  await page.waitForSelector('.node.lit');
  expect(new URL(page.url()).hash).toBe(`#/flows/${second}/call/${callId}`);
  expect(await lit()).toEqual(['up', 'there']);
  expect(await page.$('.ran-before')).toBeNull();

  // The one before it, which has been changed since.
  await system.api.put(`/v1.0/flows/${first}`, {
    actions: [
      { id: 'up', type: 'answer' },
      { id: 'gong', type: 'beep' },
      { id: 'bye', type: 'hangup' },
    ],
  });
  await goTo(page, `/calls/${callId}`);
  await page.waitForSelector('.lane button');
  await chosen(page, 'Flow');
  await page.locator('::-p-aria([name="Open this flow in the editor"][role="link"])').click();
  await sees(page, 'The call ran revision 1; this is revision 2.');
  expect(new URL(page.url()).hash).toBe(`#/flows/${first}/call/${callId}`);
  await page.waitForSelector('.node.lit');
  expect(await lit()).toEqual(['up']);
  expect(await barriers(page)).toEqual([]);
  await press(page, 'Compare with revision 1');
  await page.waitForSelector('.difference article:nth-of-type(2)');
  const said = await page.$$eval('.difference h3', (all) => all.map(({ textContent }) => textContent));
  expect(said.toSorted()).toEqual(['added Beep gong', 'removed Sleep rest']);
  await press(page, 'Restore');
  await untilInPage(page, "!document.querySelector('dialog')");
  await sees(page, 'The call ran revision 1; this is revision 3.');
  await untilInPage(page, "document.querySelectorAll('.node.lit').length === 2");
  expect(await lit()).toEqual(['up', 'rest']);
});

test('every page is there for everybody, at every width, light and dark', async () => {
  const pages = await inPage<string[]>(
    page,
    "[...document.querySelectorAll('nav a')].map(({ hash }) => hash.slice(1))",
  );
  expect(pages.length).toBeGreaterThan(15);
  const found: string[] = [];
  for (const [index, place] of pages.entries()) {
    const width = [1440, 1024, 390][index % 3] ?? 1440;
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: index % 2 === 0 ? 'dark' : 'light' },
    ]);
    await goTo(page, place);
    await untilInPage(page, "!document.querySelector('main [aria-busy=true]')");
    if (await inPage(page, 'document.documentElement.scrollWidth > innerWidth'))
      found.push(`${place} is wider than ${width}`);
    // Most are lists, and one like the other.
    if (index % 4 === 0) found.push(...(await barriers(page)).map((barrier) => `${place}: ${barrier}`));
  }
  await page.setViewport({ width: 1440, height: 900 });
  expect(found).toEqual([]);
});

test('a number is made, found and deleted in its page, and a mistake is named where it was made', async () => {
  await goTo(page, '/numbers/new');
  await page.locator('main form input').fill('no number!');
  await press(page, 'Create');
  await page.waitForSelector('.wrong[role=alert]');
  await page.locator('main form input').fill('7702');
  await press(page, 'Create');
  await untilInPage(page, "document.querySelector('h1')?.textContent === '7702'");

  await goTo(page, '/numbers');
  await page.locator('input[type=search]').fill('7702');
  await page.locator('main tbody a ::-p-text(7702)').click();
  await untilInPage(page, "document.querySelector('h1')?.textContent === '7702'");
  await press(page, 'Delete');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/numbers'");
  const { body } = await system.api.get<{ result: readonly unknown[] }>('/v1.0/numbers?number=7702');
  expect(body.result).toEqual([]);
});

test('a page that the daemon does not hand out just now says so, and the others are there', async () => {
  const { page: other } = await openConsole(browser, system);
  let isThere = false;
  await other.setRequestInterception(true);
  other.on('request', (request) =>
    isThere || !/assets\/(system|json-pane)-/.test(request.url()) ? request.continue() : request.abort(),
  );
  await goTo(other, '/system');
  await sees(other, 'This has failed');
  await goTo(other, '/flows');
  await sees(other, 'New flow');
  await goTo(other, '/system');
  await sees(other, 'This has failed');
  isThere = true;
  await Promise.all([other.waitForNavigation(), press(other, 'Load it again')]);
  await sees(other, 'Asterisk is connected');

  // What is being edited stays beside its JSON that cannot be had.
  isThere = false;
  await goTo(other, '/flows/new');
  await other.locator('button.choice').click();
  await press(other, 'JSON');
  await sees(other, 'This has failed');
  await sees(other, 'not saved');
  expect(await inPage(other, "document.querySelectorAll('.editor > *').length")).toBe(3);
  await other.browserContext().close();
});

test('who signs out is out, and shown how to come in again', async () => {
  await press(page, 'Sign out');
  await sees(page, 'npx ariflow console');
  expect(await inPage(page, "fetch('/v1.0/flows').then(({ status }) => status)")).toBe(401);
});
