import { randomUUID } from 'node:crypto';
import type { Ari } from '../ari/ari.ts';
import { AriError, ignoreGone } from '../ari/transport.ts';
import { wireTime } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { SingleFlight } from '../core/single-flight.ts';

export const phoneStatuses = ['registered', 'unregistered', 'unknown'] as const;

/** An extension just now, as Asterisk sees it. */
export interface PhoneStatus {
  /** `unknown`: Asterisk does not say. */
  readonly status: (typeof phoneStatuses)[number];
  /** How many calls it is on, those that ring included. */
  readonly calls: number;
}

/** A phone that is registered with a number. */
export interface PhoneRegistration {
  /** Where it is called. */
  readonly uri: string;
  /** Where its registration came from, and what it calls itself. */
  readonly address: string;
  readonly user_agent: string;
  /** Until when it is registered. */
  readonly tm_expire: string;
}

/** How long Asterisk may take. */
const patience = 2_000;

const unknown: PhoneStatus = { status: 'unknown', calls: 0 };

/** Q.850: normal. */
const normal = 16;

/** It calls nobody: Asterisk says where phones are only to whoever has a channel. */
const anyChannel = 'Local/s@ariflow-echo/n';

/** What Asterisk knows of phones just now. */
export class PhoneStates {
  readonly #ari: Ari;
  readonly #asking = new SingleFlight<ReadonlyMap<string, PhoneStatus>>();

  constructor(ari: Ari) {
    this.#ari = ari;
  }

  /** Never rejects. Whoever asks at the same time gets the same answer. */
  async of(extension: string): Promise<PhoneStatus> {
    using deadline = new Deadline(patience);
    try {
      const all = await this.#asking.run('all', (signal) => this.#all(signal), deadline.signal);
      return all.get(extension) ?? { status: 'unregistered', calls: 0 };
    } catch {
      return unknown;
    }
  }

  async #all(signal: AbortSignal): Promise<ReadonlyMap<string, PhoneStatus>> {
    const endpoints = await this.#ari.config.endpoints(signal);
    return new Map(
      endpoints.map(({ resource, state, channel_ids }) => [
        resource,
        { status: state === 'online' ? 'registered' : 'unregistered', calls: channel_ids.length },
      ]),
    );
  }

  /** The phones that are registered with a number. @throws AriError where Asterisk does not say */
  async registrations(extension: string): Promise<readonly PhoneRegistration[]> {
    using deadline = new Deadline(patience);
    const { signal } = deadline;
    const ari = this.#ari;
    const channelId = ari.id('contacts', randomUUID());
    using _ = ari.own(`channel:${channelId}`, { deliver: () => undefined });
    const ask = (variable: string): Promise<string> => ari.getVariable(channelId, variable, signal);
    try {
      await ari.create({ channelId, endpoint: anyChannel }, signal);
      const contacts = (await ask(`PJSIP_AOR(${extension},contact)`)).split(',').filter(isContact);
      return await Promise.all(contacts.map((contact) => registration(contact, ask)));
    } catch (error) {
      if (error instanceof AriError && error.status === 500) return []; // there is no such phone
      throw error;
    } finally {
      await ignoreGone(ari.hangup(channelId, normal)).catch(() => undefined);
    }
  }
}

/** As Asterisk calls them: the number, and a hash of the URI. Nothing else is put into what it is asked. */
function isContact(name: string): boolean {
  return /^[0-9]{2,8};@[0-9a-f]{32}$/.test(name);
}

async function registration(
  contact: string,
  ask: (variable: string) => Promise<string>,
): Promise<PhoneRegistration> {
  const field = (name: string): Promise<string> => ask(`PJSIP_CONTACT(${contact},${name})`);
  const names = ['uri', 'via_addr', 'via_port', 'user_agent', 'expiration_time'];
  const [uri = '', host = '', port = '', user_agent = '', expires = '0'] = await Promise.all(
    names.map(field),
  );
  return { uri, address: `${host}:${port}`, user_agent, tm_expire: wireTime(Number(expires) * 1_000_000) };
}
