import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { CallCentre, lastCall, type TestAgent, type TestCaller } from '../support/call-centre.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import { System } from '../support/system.ts';
import { isSilent } from '../support/tones.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

// Where calls meet, they stay together when the daemon is killed, and what becomes of them is told as if it had not been.

let system: System;
let centre: CallCentre;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
  centre = new CallCentre(system);
});
/** What a killed daemon leaves behind. */
const expected = [
  /Web socket closed abruptly/,
  /Error reading from web socket/,
  /WebSocket read error/,
  /Playback failed for sound/,
];
afterEach(() => system.quiet(expected));
afterAll(() => system[Symbol.asyncDispose]());

/** The daemon is killed and started again; `meanwhile` happens in the gap. */
async function killed(meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await meanwhile();
  await system.restartDaemon();
}

/** That two hear each other now, and go on to. */
async function theyTalk({ call }: TestCaller, agent: TestAgent): Promise<void> {
  await until(() => call.heard.hears(1_200), { what: 'the agent, heard by the caller' });
  await until(() => lastCall(agent).heard.hears(700), { what: 'the caller, heard by the agent' });
}

describe('in a queue', () => {
  test('who waits hears music on, keeps his place and is served in turn', async () => {
    const number = await centre.numberOf(await centre.queue());
    const [first, second] = [await centre.caller(number, 700), await centre.caller(number, 700)];
    await killed();
    await until(() => !isSilent(first.call.heard.latest(200)), { what: 'music' });
    const agent = await centre.agent(answering({ ringFor: 300, tone: 1_200 }));
    await theyTalk(first, agent);
    await lastCall(agent).bye();
    await theyTalk(second, agent);
    await centre.leave(second);
    expect(await centre.result(first.callId)).toBe('done agent 0');
    for (const { callId } of [first, second])
      expect(centre.moments(callId)).toEqual(['created', 'entering', 'serviced', 'done']);
    expect(agent.phone.incoming).toHaveLength(2);
    await centre.leave(first);
    await centre.dismiss(agent);
  });

  test('the wait flow goes on where it was, in time', async () => {
    const wait_flow_id = await centre.waitFlow(
      { type: 'beep' },
      { type: 'sleep', option: { duration: 4_000 } },
    );
    const number = await centre.numberOf(await centre.queue({ wait_flow_id }));
    const caller = await centre.caller(number);
    const { heard } = caller.call;
    /** Where each begins. */
    const beeps = (): readonly number[] => {
      const starts = heard.sounds().flatMap(({ frequency, from }) => (frequency === 700 ? [from] : []));
      return starts.filter((start, index) => start - (starts[index - 1] ?? 0) > 1_000);
    };
    const isOver = (beep = Number.POSITIVE_INFINITY): boolean => wallTime() > beep + 1_000;
    await until(() => isOver(beeps()[0]), { what: 'the first beep to be over' });
    await killed();
    const restarted = wallTime();
    await until(() => beeps().length === 2, { what: 'the second beep' });
    const [first = 0, second = 0] = beeps();
    expect(second - first).toBeGreaterThan(4_200);
    expect(second).toBeLessThan(Math.max(first + 4_420, restarted) + 2_500);
    await centre.leave(caller);
    expect(centre.moments(caller.callId)).toEqual(['created', 'abandoned']);
  });

  test('an agent who is being rung rings on, and is called once', async () => {
    const agent = await centre.agent(answering({ ringFor: 6_000, tone: 1_200 }));
    const caller = await centre.caller(await centre.numberOf(await centre.queue()), 700);
    await until(() => agent.phone.incoming.length > 0, { what: 'the phone to ring' });
    await killed();
    await theyTalk(caller, agent);
    expect(agent.phone.incoming).toHaveLength(1);
    await lastCall(agent).bye();
    expect(await centre.result(caller.callId)).toBe('done agent 0');
    expect(centre.moments(caller.callId)).toEqual(['created', 'entering', 'serviced', 'done']);
    await centre.leave(caller);
    await centre.dismiss(agent);
    expect(centre.statuses(agent)).toEqual(['ringing', 'busy', 'available']);
  });

  test('an agent who answers in that moment talks with the caller', async () => {
    const agent = await centre.agent(async (call: IncomingCall) => {
      call.ring();
      await call.wait(500);
      call.tone(1_200);
      const answered = call.answer();
      system.daemon.kill('SIGKILL');
      await answered;
    });
    const calling = centre.caller(await centre.numberOf(await centre.queue()), 700);
    await system.daemon.exited;
    await system.restartDaemon();
    const caller = await calling;
    await theyTalk(caller, agent);
    expect(agent.phone.incoming).toHaveLength(1);
    await lastCall(agent).bye();
    expect(await centre.result(caller.callId)).toBe('done agent 0');
    expect(centre.moments(caller.callId)).toEqual(['created', 'entering', 'serviced', 'done']);
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('those who talk hear each other all the time, and the next one waits on', async () => {
    const agent = await centre.agent(answering({ tone: 1_200 }));
    const number = await centre.numberOf(await centre.queue());
    const [talking, waiting] = [await centre.caller(number, 700), await centre.caller(number, 700)];
    await theyTalk(talking, agent);
    await centre.becomes(agent, 'busy');
    await killed(async () => {
      await theyTalk(talking, agent);
      return lastCall(agent).wait(1_000);
    });
    await theyTalk(talking, agent);
    await lastCall(agent).bye();
    expect(await centre.result(talking.callId)).toBe('done agent 0');
    await theyTalk(waiting, agent);
    await centre.leave(waiting);
    for (const { callId } of [talking, waiting])
      expect(centre.moments(callId)).toEqual(['created', 'entering', 'serviced', 'done']);
    await centre.leave(talking);
    await centre.dismiss(agent);
    expect(centre.statuses(agent)).toEqual(['ringing', 'busy', 'available', 'ringing', 'busy', 'available']);
  });

  test.each(['agent', 'caller'] as const)('the %s may have hung up meanwhile', async (who) => {
    const agent = await centre.agent(answering({ tone: 1_200 }));
    const caller = await centre.caller(await centre.numberOf(await centre.queue()), 700);
    await theyTalk(caller, agent);
    await centre.becomes(agent, 'busy');
    await killed(() => (who === 'agent' ? lastCall(agent).bye() : caller.call.bye()));
    const reason = who === 'agent' ? 'agent' : 'hangup';
    expect(await centre.moment(caller.callId, 'done')).toMatchObject({ status: 'done', reason });
    if (who === 'agent') {
      expect(await centre.result(caller.callId)).toBe('done agent 0');
      await centre.leave(caller);
    } else {
      await lastCall(agent).ended;
      await system.history(caller.callId);
    }
    await centre.dismiss(agent);
    expect(centre.statuses(agent)).toEqual(['ringing', 'busy', 'available']);
  });
});

describe('in a conference', () => {
  /** Far from each other's harmonics. */
  const frequencies = [440, 620, 830];

  interface Member extends TestCaller {
    readonly frequency: number;
  }

  async function member(number: string, frequency: number): Promise<Member> {
    const phone = await system.caller(`caller${frequency}`);
    const call = await phone.call(number);
    await call.answered;
    call.tone(frequency, 3_000);
    return { call, callId: await system.callTo(number), frequency };
  }

  /** That each hears all the others and not himself. */
  async function allHearEachOther(members: readonly Member[]): Promise<void> {
    for (const { call, frequency } of members) {
      const others = members.map((other) => other.frequency).filter((other) => other !== frequency);
      const heard = (): number[] =>
        frequencies.filter((tone) => call.heard.isReceiving() && call.heard.toneAt(tone) > 0.08);
      await until(() => heard().join() === others.join(), {
        what: () => `${frequency} to hear ${others}, not ${heard()}`,
      });
    }
  }

  /** How many were in a confbridge, as its events told. */
  const occupations = (id: string): number[] => {
    const told = system.sink.requests.filter(
      ({ type, data }) => type === 'confbridge_updated' && data.id === id,
    );
    // What was under way when a daemon was killed comes again, under the same id.
    const once = new Map(told.map(({ headers, data }) => [headers['webhook-id'], data]));
    return [...once.values()].map(({ channel_call_ids }) => Object.keys(channel_call_ids as object).length);
  };

  /** Stops the recording of a conference, and waits for its file. */
  async function recorded(recordingId: string, conferenceId: string): Promise<WebhookRequest['data']> {
    const path = `/v1.0/conferences/${conferenceId}/recording_stop`;
    expect((await system.api.post(path)).status).toBe(200);
    const { data } = await system.sink.waitFor(
      ({ type, data }) =>
        type === 'recording_updated' && data.id === recordingId && /done|failed/.test(String(data.status)),
    );
    return data;
  }

  test('three hear each other all the time, and are recorded; who has gone meanwhile has left; the last one takes the bridge along', async () => {
    const { body: conference } = await system.api.post<{ id: string; confbridge_id: string }>(
      '/v1.0/conferences',
      { name: 'stays' },
    );
    const { id, confbridge_id } = conference;
    await system.flowOn('771', [
      { type: 'conference_join', option: { conference_id: id } },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    ]);
    const members: Member[] = [];
    for (const frequency of frequencies) members.push(await member('771', frequency));
    const [first, second, third] = members as [Member, Member, Member];
    await allHearEachOther(members);
    await until(() => occupations(confbridge_id).length === 3, { what: 'three to be told of' });
    const path = `/v1.0/conferences/${id}/recording_start`;
    const { body: recording } = await system.api.post<{ id: string }>(path);
    await system.sink.waitFor(({ type, data }) => type === 'recording_created' && data.id === recording.id);
    const began = wallTime();
    await killed(() => allHearEachOther(members));
    await allHearEachOther(members);
    const participants = async (): Promise<string[]> => {
      const path = `/v1.0/conferences/${id}/participants`;
      const { body } = await system.api.get<{ result: { call_id: string }[] }>(path);
      return body.result.map(({ call_id }) => call_id);
    };
    expect(await participants()).toEqual(members.map(({ callId }) => callId));
    expect(occupations(confbridge_id)).toEqual([1, 2, 3]);
    const length = wallTime() - began;
    const file = await recorded(recording.id, id);
    expect(file.status).toBe('done');
    expect(file.duration).toBeGreaterThan(length - 500);

    await killed(() => first.call.bye());
    await allHearEachOther([second, third]);
    await eventually(async () => (await participants()).length === 2, { what: 'the first one to have left' });
    await system.history(first.callId);
    expect((await system.api.post(`/v1.0/conferences/${id}/participants/${second.callId}/kick`)).status).toBe(
      200,
    );
    await until(() => !third.call.heard.hears(620) && !isSilent(third.call.heard.latest(200)), {
      what: 'music for the last one',
    });
    for (const each of [second, third]) await centre.leave(each);
    await until(() => occupations(confbridge_id).length === 6, { what: 'all to have left' });
    expect(occupations(confbridge_id)).toEqual([1, 2, 3, 2, 1, 0]);
    expect((await system.api.get(`/v1.0/conferences/${id}`)).status).toBe(200);
  });
});
