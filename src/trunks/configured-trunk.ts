import { configuredTrunkId } from '../calls/trunk-endpoint.ts';
import { neverTime, wireTime, zeroId } from '../core/clock.ts';
import { placeOf, type TrunkRecord, trunkDefaults } from './trunk-record.ts';

/** What the configuration says of its trunk. */
export interface TrunkConfig {
  readonly uri?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly register: boolean;
  readonly match: readonly string[];
  readonly transport: TrunkRecord['transport'];
  readonly encryption: TrunkRecord['encryption'];
  readonly caller_id?: string | undefined;
}

/** The trunk of the configuration as one among the others, and the first of those that take every number. */
export function configuredTrunk(config: TrunkConfig): TrunkRecord | undefined {
  const { uri, user = '', password = '', register, match, transport, encryption, caller_id = '' } = config;
  if (uri === undefined) return undefined;
  const now = wireTime();
  return {
    ...{ id: configuredTrunkId, customer_id: zeroId, name: 'ARIFLOW_TRUNK_URI' },
    ...{ detail: 'the trunk of the configuration: it is changed there', uri: `sip:${placeOf(uri).host}` },
    ...{ username: user, tm_create: now, tm_update: now, tm_delete: neverTime },
    ...trunkDefaults,
    ...{ allowed_ips: match, transport, encryption, register, caller_id, order: 0, password },
  };
}

export function isConfigured({ id }: Pick<TrunkRecord, 'id'>): boolean {
  return id === configuredTrunkId;
}
