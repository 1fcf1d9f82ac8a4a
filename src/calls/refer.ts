import type { IdOf } from '../ari/ids.ts';
import type { Call } from './call.ts';
import { runErrand, variableOf } from './errand.ts';

/** What became of it: the response that the phone got where it called, or its own refusal; 0 where none was told. */
export interface Referred {
  readonly result: 'transferred' | 'failed' | 'timeout';
  readonly sipCode: number;
}

export interface Referring {
  /** Where the phone is to call. */
  readonly uri: string;
  /** How long it may take until it says what came of that, in milliseconds. */
  readonly timeout: number;
  /** Of this very step: what a daemon that died has asked is not asked again. */
  readonly id: IdOf;
}

/** How long Asterisk may take beyond that, in milliseconds. */
const margin = 40_000;

/**
 * Asks the party of a call to call somewhere else (REFER), and resolves when it has said what came of it: ARI asks too, and forgets
 * the result. @throws ActionError `REFER_FAILED` where Asterisk does not ask
 */
export async function refer(
  call: Call,
  { uri, timeout, id }: Referring,
  signal: AbortSignal,
): Promise<Referred> {
  const variables = { ARIFLOW_REFER: uri, ARIFLOW_REFER_SECONDS: String(Math.ceil(timeout / 1_000)) };
  const errand = {
    context: 'ariflow-refer',
    id: id('refer'),
    variables,
    result: 'TRANSFERSTATUS',
    patience: timeout + margin,
    failure: 'REFER_FAILED',
  } as const;
  const status = await runErrand(call, errand, signal);
  if (status === 'TIMEOUT') return { result: 'timeout', sipCode: 0 };
  if (status === 'SUCCESS') return { result: 'transferred', sipCode: 200 };
  return { result: 'failed', sipCode: Number(await variableOf(call, 'TRANSFERSTATUSPROTOCOL', signal)) || 0 };
}

/** Where the phone of a call reaches us: `host`, or `host:port`; nothing where Asterisk does not say. */
export async function ownHost(
  { ari, channelId, record }: Call,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = record.direction === 'incoming' ? 'request_uri' : 'local_uri';
  try {
    return hostIn(await ari.getVariable(channelId, `CHANNEL(pjsip,${name})`, signal));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function hostIn(uri: string): string | undefined {
  return /@((?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?)(?:[;>?]|$)/.exec(uri)?.[1];
}
