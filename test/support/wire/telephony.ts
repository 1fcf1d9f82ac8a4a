import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedChannel } from '../../../src/simulator/asterisk/channel.ts';
import { until } from '../until.ts';
import type { WireTranscript } from './transcript.ts';

export interface WireCall {
  readonly id: string;
  readonly channel: SimulatedChannel;
}

/** Puts a flow on a number. */
export async function flowOn(
  wire: WireTranscript,
  number: string,
  actions: readonly object[],
  more: object = {},
): Promise<string> {
  const { id, error } = await wire.ask('createFlow', { body: { name: `on ${number}`, actions, ...more } });
  if (error) throw new Error(JSON.stringify(error));
  await wire.ask('createNumber', { body: { number, call_flow_id: id } });
  return id;
}

/** Somebody calls a number, and his flow comes to an action. */
export async function calling(wire: WireTranscript, number: string, action: string): Promise<WireCall> {
  const before = new Set(wire.events.map(({ data }) => data.id));
  const channel = wire.asterisk.dial({ number, from: '+491701234', name: 'Ada Lovelace' });
  const { id } = await wire.told(
    'call_created',
    (data) => data.destination.target === number && !before.has(data.id),
  );
  await reaches(wire, id, action);
  return { id, channel };
}

/** The flow of a call comes to an action. */
export async function reaches(wire: WireTranscript, callId: string, action: string): Promise<void> {
  await wire.told(
    'activeflow_updated',
    ({ reference_id, current_action }) => reference_id === callId && current_action.id === action,
  );
}

/** Everything of a call is over and told. */
export async function isOver(wire: WireTranscript, callId: string): Promise<void> {
  await wire.told('call_hungup', ({ id }) => id === callId);
  await wire.told('activeflow_deleted', ({ reference_id }) => reference_id === callId);
}

/** What Asterisk would have written by now of everything that it records or has recorded: silence. */
export function writeRecordings({ asterisk, daemon }: WireTranscript): void {
  const folder = join(daemon.folder, 'data', 'media', 'recording');
  mkdirSync(folder, { recursive: true });
  for (const { operation, query } of asterisk.requests)
    if (operation.name === 'record') writeFileSync(join(folder, `${query.name}.sln`), Buffer.alloc(3_200));
}

/** Asterisk has been asked for this so often. */
export async function asked({ asterisk }: WireTranscript, operation: string, times = 1): Promise<void> {
  const count = (): number => asterisk.asked.filter((name) => name === operation).length;
  await until(() => count() >= times, { what: () => `${operation}, asked ${count()} of ${times} times` });
}
