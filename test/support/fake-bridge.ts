import type { Bridge } from '../../src/ari/events.gen.ts';
import { systemTime } from '../../src/core/clock.ts';
import type { FakeChannel } from './fake-channel.ts';
import { MediaQueue } from './fake-media-queue.ts';

/** A bridge of the fake Asterisk. */
export class FakeBridge {
  readonly id: string;
  /** `mixing,dtmf_events`, `holding`. */
  readonly type: string;
  /** Those in it, in the order they came, and how. */
  readonly members = new Map<FakeChannel, { readonly isMuted: boolean; readonly absorbsDtmf: boolean }>();
  /** Whether all in it hear music. */
  isOnHold = false;
  /** Which, in its class. */
  musicClass = '';
  /** What is played to all in it. */
  readonly media = new MediaQueue();

  constructor(id: string, type: string) {
    this.id = id;
    this.type = type;
  }

  /** As ARI shows it. */
  get json(): Bridge {
    const isHolding = this.type.split(',').includes('holding');
    return {
      id: this.id,
      technology: isHolding ? 'holding_bridge' : this.members.size > 2 ? 'softmix' : 'simple_bridge',
      bridge_type: isHolding ? 'holding' : 'mixing',
      bridge_class: 'stasis',
      creator: 'Stasis',
      name: '',
      channels: [...this.members.keys()].map(({ id }) => id),
      creationtime: new Date(systemTime()).toISOString(),
    };
  }
}
