import { join } from 'node:path';
import { cloudAccess } from '../core/cloud-credentials.ts';
import { Aws } from './aws/aws.ts';
import { Gcp } from './gcp/gcp.ts';
import { Pocketsphinx } from './local/pocketsphinx.ts';
import { OpenAi } from './openai/openai.ts';
import type { Stt } from './stt.ts';

/** What of the configuration is about engines that listen. */
export interface HearingSettings {
  readonly data_dir: string;
  readonly stt: { readonly google_endpoint?: string | undefined; readonly aws_endpoint?: string | undefined };
  readonly openai: {
    readonly url?: string | undefined;
    readonly api_key?: string | undefined;
    readonly stt_model: string;
  };
}

/** Every engine that listens, in the order they are asked where a flow names none. None loads anything before it listens. */
export function hearingEngines(
  { data_dir, stt, openai }: HearingSettings,
  env?: Parameters<typeof cloudAccess>[2],
): readonly Stt[] {
  const { url, api_key: apiKey, stt_model: model } = openai;
  return [
    new Gcp(cloudAccess('gcp', stt.google_endpoint, env)),
    new Aws(cloudAccess('aws', stt.aws_endpoint, env)),
    new OpenAi({ url, apiKey, model }),
    new Pocketsphinx({ folder: join(data_dir, 'hearing') }),
  ];
}
