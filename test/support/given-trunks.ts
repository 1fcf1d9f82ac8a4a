import { randomUUID } from 'node:crypto';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import { configuredTrunk } from '../../src/trunks/configured-trunk.ts';
import { type TrunkRecord, trunkDefaults } from '../../src/trunks/trunk-record.ts';
import { Trunking } from '../../src/trunks/trunking.ts';

export function givenTrunk(fields: Partial<TrunkRecord> = {}): TrunkRecord {
  const now = wireTime();
  return {
    ...{ id: randomUUID(), customer_id: zeroId, name: 'provider', detail: '', uri: 'sip:192.0.2.1' },
    ...{ tm_create: now, tm_update: now, tm_delete: neverTime },
    ...trunkDefaults,
    ...fields,
  };
}

/** With the trunk of the configuration alone. */
export function givenTrunking(caller_id?: string): Trunking {
  const usual = { register: false, match: [], transport: 'udp', encryption: 'none' } as const;
  const trunk = configuredTrunk({ ...usual, uri: 'sip:192.0.2.9', caller_id });
  return new Trunking(() => (trunk ? [trunk] : []));
}
