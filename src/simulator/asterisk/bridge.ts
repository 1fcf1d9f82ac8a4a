import type { Bridge } from '../../ari/events.gen.ts';
import { systemTime } from '../../core/clock.ts';
import { MediaQueue } from './media-queue.ts';

/** A bridge of the simulated Asterisk, with the channels that are in it. */
export class SimulatedBridge<C extends { readonly id: string }> {
  readonly id: string;
  /** `mixing,dtmf_events`, `holding`. */
  readonly type: string;
  /** Those in it, in the order they came, and how. */
  readonly members = new Map<C, { readonly isMuted: boolean; readonly absorbsDtmf: boolean }>();
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
