import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering, ringing } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { CallCentre, lastCall } from '../support/call-centre.ts';
import { MediaServer } from '../support/media-server.ts';
import { System } from '../support/system.ts';
import { isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';

let system: System;
let centre: CallCentre;
let server: MediaServer;

beforeAll(async () => {
  const body = wavTone({ length: 400, frequency: 1_500 });
  server = await MediaServer.open({ '/told.wav': { body } });
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
  centre = new CallCentre(system);
});
afterEach(() =>
  system.quiet([
    /Playback failed for sound/,
    /Web socket closed abruptly/,
    /WebSocket read error/,
    /orphan_hung_up/,
  ]),
);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

test('whoever waits hears where he stands between pieces of music, until an agent answers', async () => {
  const announcements = { interval: 1_000, only_when_changed: false, prompt: `${server.url}/told.wav` };
  const queue = await centre.queue({ announcements });
  const caller = await centre.caller(await centre.numberOf(queue), 700);
  const { heard } = caller.call;
  await until(() => heard.hears(1_500), { what: 'the announcement' });
  await until(() => !heard.hears(1_500) && !isSilent(heard.latest(200)), { what: 'the text, or music' });
  await until(() => heard.hears(1_500), { what: 'the next one' });
  const agent = await centre.agent(answering({ tone: 1_200 }));
  await until(() => heard.hears(1_200), { what: 'the agent' });
  await until(() => lastCall(agent).heard.hears(700), { what: 'the caller, heard by the agent' });
  await centre.leave(caller);
  await centre.dismiss(agent);
});

test('an agent who does not answer is away, until he dials his way back', async () => {
  const agent = await centre.agent(ringing);
  const queue = await centre.queue({
    auto_away: 1,
    ring_timeout: 1_000,
    retry_delay: 1_000,
    wrap_up: 60_000,
  });
  await system.flowOn('back', [{ type: 'agent_status', option: { status: 'available' } }]);
  const caller = await centre.caller(await centre.numberOf(queue));
  await centre.hasBeen(agent, 'ringing', 'away');
  agent.phone.onInvite(answering({ tone: 1_200 }));
  const back = await agent.phone.call('back');
  await back.ended;
  await until(() => caller.call.heard.hears(1_200), { what: 'the agent' });
  await centre.leave(caller);
  await lastCall(agent).ended;
  await centre.becomes(agent, 'busy');
  const ready = await agent.phone.call('back');
  await ready.ended;
  await centre.hasBeen(agent, 'ringing', 'away', 'available', 'ringing', 'busy', 'available');
  await centre.dismiss(agent);
});

test('who presses a key and hangs up keeps his place, also over a kill, and is called back in his turn', async () => {
  const queue = await centre.queue({ callback: { key: '1', accepted: `${server.url}/told.wav` } });
  const number = await centre.numberOf(queue);
  const first = await system.desk('1001');
  await first.register();
  const asking = await first.call(number);
  await asking.answered;
  const callId = await system.callTo(number);
  await centre.moment(callId, 'created');
  await asking.digits('1');
  await until(() => asking.heard.hears(1_500), { what: 'that he is called back' });
  await asking.bye();
  const asked = await centre.moment(callId, 'callback');
  expect(asked).toMatchObject({ status: 'wait', callback_target: '1001', callback_tries: 0 });
  const second = await centre.caller(number, 700);

  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  first.onInvite(answering({ tone: 900 }));
  const agent = await centre.agent(answering({ tone: 1_200 }));
  const back = await until(() => first.incoming[0], { what: 'the call back' });
  await until(() => back.heard.hears(1_200), { what: 'the agent, heard by who was called back' });
  await until(() => lastCall(agent).heard.hears(900), { what: 'the other way round' });
  await back.bye();
  await until(() => second.call.heard.hears(1_200), { what: 'the agent, heard by who came later' });
  const of = (id: string) =>
    system.sink.requests
      .filter(({ data }) => data.id === id)
      .map(({ type }) => type?.slice('queuecall_'.length));
  await until(() => of(asked.id).at(-1) === 'done', { what: 'the end' });
  expect(new Set(of(asked.id))).toEqual(
    new Set(['created', 'callback', 'entering', 'calling', 'serviced', 'done']),
  );
  expect(first.incoming).toHaveLength(1);
  await centre.leave(second);
  await centre.dismiss(agent);
  await first.unregister();
});
