import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Sound } from '../support/heard.ts';
import { isBusy } from '../support/scale.ts';
import { type CloudName, type CloudServer, cloudTones, openServer } from '../support/speech/given-clouds.ts';
import { openAiKey } from '../support/speech/openai-speech-server.ts';
import type { SpeechFault } from '../support/speech/speech-fault.ts';
import { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

/** More than this, in milliseconds, no caller hears nothing. */
const longestSilence = 3_000;

let system: System;
const servers = {} as Record<CloudName, CloudServer>;

beforeAll(async () => {
  for (const name of ['gcp', 'aws', 'openai'] as const) servers[name] = await openServer(name);
  await startSystem();
});
beforeEach(() => setFaults({}));
afterEach(() => system.quiet([/speech_engine_(failed|left_alone)/]));
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
});

async function startSystem(): Promise<void> {
  system = await System.start({
    env: {
      ARIFLOW_TTS_GOOGLE_ENDPOINT: servers.gcp.url,
      ARIFLOW_TTS_AWS_ENDPOINT: servers.aws.url,
      ARIFLOW_OPENAI_URL: `${servers.openai.url}/v1`,
      ARIFLOW_OPENAI_API_KEY: openAiKey,
    },
  });
}

function setFaults(faults: Partial<Record<CloudName, SpeechFault>>): void {
  for (const [name, server] of Object.entries(servers)) server.fault = faults[name as CloudName];
}

let calls = 0;

/** What a caller hears of one text: the tone that stands out, and how long he heard nothing at most. */
async function hear(option: object) {
  const number = `talk${++calls}`;
  await system.flowOn(number, [
    { type: 'answer' },
    { type: 'talk', option: { text: `This is text number ${calls}, and it is spoken.`, ...option } },
  ]);
  const phone = await system.caller();
  const call = await phone.call(number);
  await call.answered;
  const answeredAt = wallTime();
  await call.ended;
  const callId = await system.callTo(number);
  const history = await system.history(callId);
  const sounds = call.heard.sounds(answeredAt);
  return {
    tone: toneOf(sounds),
    silence: silenceOf(sounds, answeredAt),
    hasFailed: history.includes('action_failed'),
  };
}

/** The tone that most of what was heard is, in however many pieces; none where it was speech. */
function toneOf(sounds: readonly Sound[]): number | undefined {
  const length = (some: readonly Sound[]): number => some.reduce((sum, { from, to }) => sum + to - from, 0);
  return Object.values(cloudTones).find((tone) => {
    const those = sounds.filter(({ frequency = 0 }) => Math.abs(frequency - tone) <= 25);
    return length(those) > length(sounds) / 2;
  });
}

function silenceOf(sounds: readonly Sound[], from: number): number {
  let last = from;
  let longest = 0;
  for (const sound of sounds) {
    longest = Math.max(longest, sound.from - last);
    last = sound.to;
  }
  return sounds.length === 0 ? Number.POSITIVE_INFINITY : longest;
}

/** The first time its SDK is loaded, which may take a slow machine longer than a caller waits. */
test('each provider is heard as it speaks', async () => {
  for (const provider of ['gcp', 'aws', 'openai'] as const) {
    const heard = await eventually(
      async () => {
        const result = await hear({ provider });
        expect(result.silence).toBeLessThan(longestSilence);
        return result.tone === cloudTones[provider] && result;
      },
      { timeout: 100_000, what: `${provider} to be heard` },
    );
    expect(heard.hasFailed).toBe(false);
  }
});

test('the one whose voice a flow names speaks, the first one where it names none', async () => {
  expect(await hear({ voice_id: 'Joanna' })).toMatchObject({ tone: cloudTones.aws });
  expect(await hear({ voice_id: 'en-US-Wavenet-D' })).toMatchObject({ tone: cloudTones.gcp });
  expect(await hear({})).toMatchObject({ tone: cloudTones.gcp });
});

/** A quota that is used up is believed for a minute, so it comes last. */
test.each(['unavailable', 'garbage', 'cut', 'silent', 'quota'] as const)(
  'the other cloud is heard where the one that was asked is %s, and itself as soon as it is back',
  async (fault) => {
    const option = { provider: 'gcp', text: `The same text, before and after: ${fault}.` };
    setFaults({ gcp: fault });
    const first = await hear(option);
    // Where a machine is busy the other one may take longer than a caller waits: then it is the local one.
    if (!isBusy || first.tone !== undefined) expect(first.tone).toBe(cloudTones.aws);
    expect(first.hasFailed).toBe(false);
    expect(first.silence).toBeLessThan(longestSilence);
    setFaults({});
    const then = await hear(option);
    expect(then).toMatchObject({ tone: cloudTones[fault === 'quota' ? 'aws' : 'gcp'], hasFailed: false });
  },
);

test('where none answers the local one is heard within 3 s, and soon without asking them', async () => {
  await system.restartDaemon();
  setFaults({ gcp: 'silent', aws: 'silent', openai: 'silent' });
  for (let count = 0; count < 4; count++) {
    const heard = await hear({});
    expect(heard.tone).toBeUndefined();
    expect(heard.silence).toBeLessThan(longestSilence);
    expect(heard.hasFailed).toBe(false);
  }
  const { body } = await system.api.get<{ result: { provider: string; available: boolean }[] }>(
    '/v1.0/speech/providers',
  );
  expect(body.result.map(({ provider, available }) => `${provider} ${available}`)).toEqual([
    'gcp false',
    'aws false',
    'openai true',
    'local true',
  ]);
});
