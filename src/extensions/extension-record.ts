export const transports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;
export const encryptions = ['none', 'sdes', 'dtls'] as const;

export type Transport = (typeof transports)[number];
export type Encryption = (typeof encryptions)[number];

/** Where a call goes instead of a phone. */
export interface ForwardTarget {
  readonly type: 'tel' | 'sip' | 'extension';
  readonly target: string;
}

/** Where calls go: in any case, or when the phone does not take them. */
export interface Forward {
  readonly always: ForwardTarget | null;
  readonly busy: ForwardTarget | null;
  readonly no_answer: ForwardTarget | null;
  /** No phone is registered. */
  readonly unavailable: ForwardTarget | null;
  /** How long it rings before nobody has answered, in milliseconds. */
  readonly timeout: number;
}

/** What calls to a phone meet with. */
export interface Handling {
  /** Whether it rings while it is on another call. */
  readonly call_waiting: boolean;
  /** It does not ring at all. */
  readonly dnd: boolean;
  readonly forward: Forward;
}

/** An extension: a phone that registers here, as the store keeps it; the fields that VoIPBIN has come first. */
export interface ExtensionRecord extends Handling {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  /** Its number, and the user that it registers as. */
  readonly extension: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** In the order it is offered them; empty: those of the configuration. */
  readonly codecs: readonly string[];
  readonly transport: Transport;
  /** So many phones may register with it at once. */
  readonly max_contacts: number;
  /** The number that is shown to who is called through a trunk; empty: whatever the call says. */
  readonly caller_id: string;
  /** Of its audio: with `sdes` or `dtls` (SRTP) there is no call without. */
  readonly encryption: Encryption;
  /** The digest of its password; empty: that of one of the first nine, which was generated for it. Never shown. */
  readonly digest: string;
}

export type ExtensionEventType = 'extension_created' | 'extension_updated' | 'extension_deleted';

/** An extension as events show it. */
export type ToldExtension = Omit<ExtensionRecord, 'digest'>;

/** Numbers of phones: what can be dialled as an `extension`. */
export const extensionPattern = /^[0-9]{2,8}$/;

export const noForward: Forward = {
  ...{ always: null, busy: null, no_answer: null, unavailable: null },
  timeout: 20_000,
};

/** What calls to a phone meet with unless its owner says otherwise. */
export const extensionDefaults = {
  ...{ caller_id: '', call_waiting: true, dnd: false },
  forward: noForward,
  encryption: 'none',
} as const;

/** Over WebSocket: a phone in a browser, or one that is made like it. */
export function isWeb(transport: Transport): boolean {
  return transport === 'ws' || transport === 'wss';
}

/** What is taken where nobody says: a browser knows nothing but `dtls`. */
export function usualEncryption(transport: Transport): Encryption {
  if (isWeb(transport)) return 'dtls';
  return transport === 'tls' ? 'sdes' : 'none';
}
