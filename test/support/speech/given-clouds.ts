import { cloudAccess } from '../../../src/core/cloud-credentials.ts';
import { Google } from '../../../src/speech/tts/google.ts';
import { OpenAi } from '../../../src/speech/tts/openai.ts';
import { Polly } from '../../../src/speech/tts/polly.ts';
import type { Tts } from '../../../src/speech/tts.ts';
import { freePort } from '../free-port.ts';
import { GoogleTtsServer } from './google-tts-server.ts';
import { openAiKey, openOpenAi } from './openai-speech-server.ts';
import { openPolly } from './polly-server.ts';
import type { SpeechFault } from './speech-fault.ts';

/** The tone that each provider of the tests speaks with, in Hz. */
export const cloudTones = { gcp: 500, aws: 700, openai: 1_100 } as const;

export type CloudName = keyof typeof cloudTones;

export const cloudNames: readonly CloudName[] = ['gcp', 'aws', 'openai'];

export interface CloudServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly asked: readonly unknown[];
  fault: SpeechFault | undefined;
}

/** The server of a provider, and its engine by the provider's own client. `port` is where the engine looks for it. */
export interface GivenCloud extends AsyncDisposable {
  readonly server: CloudServer;
  readonly engine: Tts;
}

export async function givenCloud(name: CloudName, port?: number): Promise<GivenCloud> {
  const server = await openServer(name);
  const engine = engineAt(name, `http://127.0.0.1:${port ?? server.port}`);
  return {
    server,
    engine,
    async [Symbol.asyncDispose]() {
      await engine.close?.();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** One whose server is not there. */
export async function awayCloud(name: CloudName): Promise<Tts> {
  return engineAt(name, `http://127.0.0.1:${await freePort('tcp')}`);
}

export function openServer(name: CloudName): Promise<CloudServer> {
  switch (name) {
    case 'gcp':
      return GoogleTtsServer.open(cloudTones.gcp);
    case 'aws':
      return openPolly(cloudTones.aws);
    case 'openai':
      return openOpenAi(cloudTones.openai);
    default:
      return name satisfies never;
  }
}

function engineAt(name: CloudName, url: string): Tts {
  switch (name) {
    case 'gcp':
      return new Google(cloudAccess('gcp', url));
    case 'aws':
      return new Polly(cloudAccess('aws', url));
    case 'openai':
      return new OpenAi({ url: `${url}/v1`, apiKey: openAiKey, model: 'tts-1', voice: 'alloy' });
    default:
      return name satisfies never;
  }
}
