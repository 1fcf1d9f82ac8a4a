import type { ConfbridgeEventType, ConfbridgeRecord } from '../../conferences/confbridge-record.ts';
import { Confbridges } from '../../conferences/confbridges.ts';
import type { ConferenceEventType, ConferenceRecord } from '../../conferences/conference-record.ts';
import { Conferencecalls } from '../../conferences/conferencecalls.ts';
import { Conferences } from '../../conferences/conferences.ts';
import { zeroId } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Scope } from '../../core/scope.ts';
import type { Ports } from '../../ports/ports.ts';
import { byId } from '../installation.ts';
import { MemoryRecords } from './records.ts';
import { toldTo } from './told.ts';

export interface MemoryConferencesOptions {
  readonly conferences: readonly ConferenceRecord[];
  readonly sounds: Pick<Ports, 'speech' | 'media'>;
  readonly tell: (
    type: ConfbridgeEventType | ConferenceEventType,
    record: ConfbridgeRecord | ConferenceRecord,
  ) => void;
  readonly scope: Scope;
  readonly log: Log;
}

/** Conferences as the daemon has them, their records in memory. */
export function memoryConferences(
  options: MemoryConferencesOptions,
): Pick<Ports, 'confbridges' | 'conferences'> {
  const { sounds, tell, scope, log } = options;
  const rooms = new Map<string, ConfbridgeRecord>();
  const conferencecalls = new Conferencecalls({ customerId: zeroId, onChange: () => undefined });
  const confbridges = new Confbridges({
    customerId: zeroId,
    ...{ scope, log },
    find: async (id) => rooms.get(id),
    speak: (words, signal) => sounds.speech.prompt(words, signal),
    fetch: (url, signal) => sounds.media.fetch(url, signal),
    onChange: (type, record, over) => {
      rooms.set(record.id, record);
      if (type) tell(type, record);
      if (over) tell('conference_deleted', over);
    },
    onMember: (...member) => conferencecalls.member(...member),
  });
  const records = new MemoryRecords<ConferenceRecord>(byId(options.conferences));
  const conferences = new Conferences({
    store: {
      get: records.get,
      delete: (id, time, deletion) => records.delete(id, time, deletion),
      halfEnded: async () => [],
      limited: async () => records.live.filter(({ timeout }) => timeout > 0),
    },
    ...{ confbridges, conferencecalls, scope, log },
    told: toldTo<ConferenceEventType, ConferenceRecord>(records, tell),
    onOver: (record) => tell('conference_deleted', record),
  });
  return { confbridges, conferences };
}
