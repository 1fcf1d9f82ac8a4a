import { derivedUuid } from '../core/derived-uuid.ts';
import type { Call } from './call.ts';
import type { Way } from './way.ts';

/** The trunk of the configuration: the same id everywhere. */
export const configuredTrunkId = derivedUuid('trunk', 'configuration');

/** The endpoint that calls go out by. */
export function endpointOfTrunk(id: string): string {
  return id === configuredTrunkId ? 'trunk' : `trunk-${id}`;
}

/** The endpoint that calls come in by which are known by the address they come from: it has no password. */
export function incomingEndpointOf(id: string): string {
  return `${endpointOfTrunk(id)}-in`;
}

/** Whether an endpoint is a trunk's. */
export function isTrunk(endpoint: string): boolean {
  return endpoint === 'trunk' || endpoint.startsWith('trunk-');
}

const trunkChannel = /^PJSIP\/trunk(?:-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-in)?)?-[0-9a-f]+$/;

/** By which trunk a channel has come, where it is one of a trunk's. */
export function trunkOfChannel(name: string): string | undefined {
  const found = trunkChannel.exec(name);
  return found ? (found[1] ?? configuredTrunkId) : undefined;
}

/** Says by which trunk a call goes. */
export function showTrunk(call: Pick<Call, 'record' | 'show'>, { trunkId }: Way): void {
  if (trunkId !== undefined && trunkId !== call.record.trunk_id) call.show({ trunk_id: trunkId });
}
