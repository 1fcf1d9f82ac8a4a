import { cloudAccess } from '../core/cloud-credentials.ts';
import { Espeak } from './tts/espeak.ts';
import { Google } from './tts/google.ts';
import { OpenAi } from './tts/openai.ts';
import { Polly } from './tts/polly.ts';
import type { Tts } from './tts.ts';

/** What of the configuration is about engines that speak. */
export interface EngineSettings {
  readonly tts: { readonly google_endpoint?: string | undefined; readonly aws_endpoint?: string | undefined };
  readonly openai: {
    readonly url?: string | undefined;
    readonly api_key?: string | undefined;
    readonly tts_model: string;
    readonly voice: string;
  };
}

/**
 * Every engine that speaks, in the order they are asked where a flow names none: what can do more of SSML comes first, and the local
 * one, which needs nobody, last. None loads its SDK before it speaks.
 */
export function speechEngines(
  { tts, openai }: EngineSettings,
  env?: Parameters<typeof cloudAccess>[2],
): {
  readonly local: Espeak;
  readonly engines: readonly Tts[];
} {
  const { url, api_key: apiKey, tts_model: model, voice } = openai;
  const local = new Espeak();
  const engines = [
    new Google(cloudAccess('gcp', tts.google_endpoint, env)),
    new Polly(cloudAccess('aws', tts.aws_endpoint, env)),
    new OpenAi({ url, apiKey, model, voice }),
    local,
  ];
  return { local, engines };
}
