import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { answering } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { writeCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { MediaServer } from '../support/media-server.ts';
import { Phone } from '../support/phone.ts';
import { ofChangedEndpoint, System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'ariflow-console-'));
const certificate = writeCertificate(folder);
let system: System;
const phones: Phone[] = [];

beforeAll(async () => {
  // Its port is in the name of the cookie, and stays the same.
  const port = String(await freePort('tcp'));
  system = await System.start({ env: { ARIFLOW_WEBRTC: 'on', ARIFLOW_API_PORT: port } });
});
afterEach(() =>
  system.quiet([
    ...[/(failed|authenticate)/i, ofChangedEndpoint, /AOR '' not found|not found for endpoint/],
    ...[/Web socket closed abruptly/, /WebSocket read error/],
  ]),
);
afterAll(async () => {
  for (const phone of phones) await phone.close();
  await system[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Visit {
  /** What a browser sends with whatever the page asks. */
  readonly headers: Record<string, string>;
  readonly account: { readonly extension: string; readonly password: string; readonly codecs: string[] };
}

/** Somebody who has opened a link to the console, and whose page has asked for its phone. */
async function visit(): Promise<Visit> {
  const { url } = system.daemon;
  const made = await system.api.post<{ code: string }>('/v1.0/sessions/codes');
  const origin = { origin: url };
  const answer = await fetch(`${url}/v1.0/sessions`, {
    method: 'POST',
    headers: { ...origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code: made.body.code }),
  });
  expect(answer.status).toBe(200);
  const headers = { ...origin, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const phone = await fetch(`${url}/v1.0/phone`, { method: 'POST', headers });
  expect(phone.status).toBe(200);
  return { headers, account: (await phone.json()) as Visit['account'] };
}

/** The phone of a page; with another account where one is given. */
async function phoneOf(
  { headers, account }: Visit,
  other?: { user: string; password?: string },
): Promise<Phone> {
  const phone = await Phone.open({
    ...{ server: new URL(system.daemon.url).host, transport: 'ws', certificate },
    ...(other ?? { user: account.extension, password: account.password }),
    handshake: { path: '/v1.0/phone/socket', headers },
  });
  phones.push(phone);
  return phone;
}

test('a page’s phone calls a number and a flow, and is rung, with keys by DTLS, through the daemon', async () => {
  const here = await visit();
  const page = await phoneOf(here);
  expect(await page.register()).toMatchObject({ status: 200 });
  await system.flowOn('2201', [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }]);
  const call = await page.call('2201');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo' });
  await call.bye();
  const callId = await system.callTo('2201');
  await system.history(callId);
  const created = system.sink.eventsOf(callId).find(({ type }) => type === 'call_created');
  expect(created?.data.source).toMatchObject({ target: here.account.extension });

  // A flow without a number, by its id; digits reach it.
  const flow = await system.api.post<{ id: string }>('/v1.0/flows', {
    name: 'unnumbered',
    actions: [
      { type: 'answer' },
      { type: 'moh' },
      { type: 'digits_receive', option: { duration: 60_000, length: 2 } },
      { type: 'moh_stop' },
      { type: 'echo', option: { duration: 60_000 } },
    ],
  });
  const number = `flow-${flow.body.id}`;
  const direct = await page.call(number);
  await direct.answered;
  await until(() => direct.heard.firstSoundAt(0), { what: 'the music' });
  const directId = await system.callTo(number);
  await eventually(
    async () => {
      const { body } = await system.api.get<{ action: { type: string } }>(`/v1.0/calls/${directId}`);
      return body.action.type === 'digits_receive';
    },
    { what: 'digits to be waited for' },
  );
  await direct.digits('42');
  direct.tone(900);
  await until(() => direct.heard.hears(900), { what: 'the echo behind the digits' });
  await direct.bye();
  await system.history(directId);
  expect(system.sink.eventsOf(directId).find(({ type }) => type === 'call_hungup')?.data.flow_id).toBe(
    flow.body.id,
  );
  // Nobody else calls it so.
  const desk = await system.desk('1001');
  await desk.register();
  expect((await (await desk.call(number)).final).status).toBe(404);

  page.onInvite(answering({ tone: 1_200 }));
  const ringing = await desk.call(here.account.extension);
  await ringing.answered;
  ringing.tone(1_500);
  await until(() => ringing.heard.hears(1_200) && page.incoming[0]?.heard.hears(1_500), {
    what: 'the desk and the page',
  });
  await ringing.bye();
  expect([...page.complaints, ...desk.complaints]).toEqual([]);
});

test('what is said right behind the answer is heard from its beginning', async () => {
  await using media = await MediaServer.open({
    '/word.wav': { body: wavTone({ length: 1_000, frequency: 700 }) },
  });
  await system.flowOn('2207', [
    { type: 'answer' },
    { type: 'play', option: { stream_urls: [`${media.url}/word.wav`] } },
    { type: 'play', option: { stream_urls: [`${media.url}/word.wav`] } },
  ]);
  const page = await phoneOf(await visit());
  await page.register();
  // From the second call on the file is there, and nothing else is waited for.
  for (const times of [1, 2, 3]) {
    const call = await page.call('2207');
    await call.ended;
    const sounds = call.heard.sounds().filter(({ frequency = 0 }) => Math.abs(frequency - 700) < 20);
    const length = sounds.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(length, `ms heard in call ${times}`).toBeGreaterThan(1_900);
  }
});

test('nor is the first word lost of a flow that calls the page', async () => {
  await using media = await MediaServer.open({
    '/first.wav': { body: wavTone({ length: 1_000, frequency: 700 }) },
  });
  const word = { type: 'play', option: { stream_urls: [`${media.url}/first.wav`] } };
  const here = await visit();
  const page = await phoneOf(here);
  await page.register();
  page.onInvite(answering());
  for (const times of [1, 2, 3]) {
    const { status } = await system.api.post('/v1.0/calls', {
      source: { type: 'tel', target: '100' },
      destinations: [{ type: 'extension', target: here.account.extension }],
      actions: [word, word, { type: 'hangup' }],
    });
    expect(status).toBe(200);
    const call = await until(() => page.incoming[times - 1], { what: 'the page to be called' });
    await call.ended;
    const sounds = call.heard.sounds().filter(({ frequency = 0 }) => Math.abs(frequency - 700) < 20);
    const length = sounds.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(length, `ms heard in call ${times}`).toBeGreaterThan(1_900);
  }
});

test('ICE is for the page alone: a desk phone and a caller are offered none, and answered with none', async () => {
  const here = await visit();
  const page = await phoneOf(here);
  await page.register();
  page.onInvite(answering());
  const desk = await system.desk('1002');
  await desk.register();
  desk.onInvite(answering());
  const caller = await system.caller('tool');
  const hasIce = (sdp = ''): boolean => {
    expect(sdp).toContain('m=audio ');
    return /^a=(candidate|ice-)/m.test(sdp);
  };
  /** Whether the one that calls is answered with it, and the one that is called offered it. */
  const iceOf = async (from: Phone, number: string, to: Phone): Promise<readonly boolean[]> => {
    const call = await from.call(number);
    const { body } = await (await call.answered).final;
    await call.bye();
    return [hasIce(body), hasIce(to.incoming.at(-1)?.invite.body)];
  };
  expect(await iceOf(caller, '1002', desk)).toEqual([false, false]);
  expect(await iceOf(page, '1002', desk)).toEqual([true, false]);
  expect(await iceOf(desk, here.account.extension, page)).toEqual([false, true]);
});

test('signing out takes the phone away: its connection, its call, its registration and its password', async () => {
  const [here, other] = [await visit(), await visit()];
  const page = await phoneOf(here);
  await page.register();
  await system.flowOn('2202', [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }]);
  const call = await page.call('2202');
  await call.answered;
  const callId = await system.callTo('2202');
  const { url } = system.daemon;
  const gone = await fetch(`${url}/v1.0/sessions/current`, { method: 'DELETE', headers: here.headers });
  expect(gone.status).toBe(200);
  await system.history(callId);
  const endpoints = await system.asterisk.cli('pjsip show endpoints');
  expect(endpoints).not.toContain(here.account.extension);
  expect(endpoints).toContain(other.account.extension);
  await expect(phoneOf(here)).rejects.toThrow('401');
  // Not with another page's connection either.
  const thief = await phoneOf(other, { user: here.account.extension, password: here.account.password });
  expect((await thief.register()).status).toBeGreaterThanOrEqual(401);
});

test('through the daemon nobody is known but by the password of a phone', async () => {
  await system.flowOn('2203', [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }]);
  const here = await visit();
  for (const user of [
    'anybody',
    'loopback',
    'trunk',
    'websocket',
    'nobody',
    '1001',
    here.account.extension,
  ]) {
    const stranger = await phoneOf(here, { user });
    expect((await (await stranger.call('2203')).final).status, `INVITE of ${user}`).toBe(401);
    expect((await stranger.register()).status, `REGISTER of ${user}`).toBe(401);
    expect((await stranger.message('2203', 'Hi')).status, `MESSAGE of ${user}`).toBe(401);
    await stranger.close();
  }
});

test('nor at Asterisk’s own port; over UDP a test tool on this machine calls as ever', async () => {
  const server = new URL(system.asterisk.ariUrl).host;
  for (const user of ['anybody', 'loopback', 'nobody', '1001']) {
    await using stranger = await Phone.open({ server, transport: 'ws', user });
    expect((await (await stranger.call('2203')).final).status, `INVITE of ${user}`).toBe(401);
    expect((await stranger.register()).status, `REGISTER of ${user}`).toBe(401);
  }
  const tool = await system.caller('tool');
  const call = await tool.call('2203');
  await call.answered;
  await call.bye();
  await system.history(await system.callTo('2203'));
});

test('from another page, or under another name, there is no connection', async () => {
  const { headers } = await visit();
  const url = `${system.daemon.url.replace('http', 'ws')}/v1.0/phone/socket`;
  const asked = async (given: Record<string, string>): Promise<number | undefined> => {
    const socket = new WebSocket(url, 'sip', { headers: given });
    const [, response] = await once(socket, 'unexpected-response');
    response.destroy();
    return response.statusCode;
  };
  expect(await asked({ ...headers, origin: 'http://127.0.0.1:1' })).toBe(403);
  expect(await asked({ cookie: headers.cookie ?? '' })).toBe(403);
  expect(await asked({ origin: system.daemon.url })).toBe(401);
});

test('a page’s call outlives a daemon that is killed, and its phone registers with the next one', async () => {
  const here = await visit();
  const page = await phoneOf(here);
  await page.register();
  await system.flowOn('2206', [{ type: 'answer' }, { type: 'echo', option: { duration: 3_600_000 } }]);
  const call = await page.call('2206');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo' });
  const callId = await system.callTo('2206');

  system.daemon.kill('SIGKILL');
  expect(await system.daemon.exited).toMatchObject({ signal: 'SIGKILL' });
  await system.restartDaemon();
  const { headers, account } = here;
  const session = await fetch(`${system.daemon.url}/v1.0/sessions/current`, { headers });
  expect(session.status).toBe(200);
  // A page that is opened anew has the phone that it had.
  const phone = await fetch(`${system.daemon.url}/v1.0/phone`, { method: 'POST', headers });
  expect(await phone.json()).toEqual(account);
  const again = await phoneOf(here);
  expect(await again.register()).toMatchObject({ status: 200 });
  const before = call.heard.packets;
  await until(() => call.heard.packets > before + 50 && call.heard.hears(700), { what: 'the echo again' });
  again.onInvite(answering({ tone: 1_200 }));
  const desk = await system.desk('1001');
  await desk.register();
  const ringing = await desk.call(account.extension);
  await ringing.answered;
  await until(() => ringing.heard.hears(1_200), { what: 'the page' });
  await ringing.bye();
  await system.api.post(`/v1.0/calls/${callId}/hangup`);
  await system.history(callId);

  const gone = await fetch(`${system.daemon.url}/v1.0/sessions/current`, { method: 'DELETE', headers });
  expect(gone.status).toBe(200);
  expect(await system.asterisk.cli('pjsip show endpoints')).not.toContain(account.extension);
});
