import { cloudAccess } from '../core/cloud-credentials.ts';
import { Aws } from './aws/aws.ts';
import { Gcp } from './gcp/gcp.ts';
import type { Stt } from './stt.ts';

/** What of the configuration is about engines that listen. */
export interface HearingSettings {
  readonly stt: { readonly google_endpoint?: string | undefined; readonly aws_endpoint?: string | undefined };
}

/** Every engine that listens, in the order they are asked where a flow names none. None loads anything before it listens. */
export function hearingEngines(
  { stt }: HearingSettings,
  env?: Parameters<typeof cloudAccess>[2],
): readonly Stt[] {
  return [
    new Gcp(cloudAccess('gcp', stt.google_endpoint, env)),
    new Aws(cloudAccess('aws', stt.aws_endpoint, env)),
  ];
}
