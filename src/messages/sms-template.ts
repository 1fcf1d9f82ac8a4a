import { ConfigurationError, messageOf } from '../core/errors.ts';
import { type Escape, placeholders, substitute } from '../flows/substitute.ts';
import type { Parcel } from './carrier.ts';

export interface SmsRequest {
  readonly url: string;
  readonly body: string;
}

export interface SmsTemplateOptions {
  readonly url: string;
  readonly body: string;
  /** Of the body: it says how what stands in it is written. */
  readonly contentType: string;
}

const names = ['id', 'message_id', 'source', 'destination', 'text'] as const;

type Name = (typeof names)[number];

const sample: Parcel = {
  id: 'id',
  messageId: 'id',
  source: { type: 'tel', target: '+1', target_name: '', name: '', detail: '' },
  destination: { type: 'tel', target: '+2', target_name: '', name: '', detail: '' },
  text: '"text"',
};

/** What is sent to the gateway, by the operator's template: each value stays a value in it, whatever it is. */
export class SmsTemplate {
  readonly #options: SmsTemplateOptions;
  readonly #escape: Escape;

  /** @throws ConfigurationError where nothing could be made of it */
  constructor(options: SmsTemplateOptions) {
    this.#options = options;
    this.#escape = escapeFor(options.contentType);
    for (const [key, text] of [
      ['sms.url', options.url],
      ['sms.body', options.body],
    ] as const) {
      const unknown = placeholders(text).find((name) => !(names as readonly string[]).includes(name));
      if (unknown !== undefined)
        throw new ConfigurationError(
          `${key}: there is no \${${unknown}}: expected some of ${names.map((name) => `\${${name}}`).join(', ')}`,
        );
    }
    this.#check();
  }

  of(parcel: Parcel): SmsRequest {
    const values: Readonly<Record<Name, string>> = {
      id: parcel.id,
      message_id: parcel.messageId,
      source: parcel.source.target,
      destination: parcel.destination.target,
      text: parcel.text,
    };
    const fill = (text: string, how: Escape): string => {
      const { option } = substitute(
        { text },
        (name) => values[name as Name] ?? '',
        () => how,
      );
      return String(option.text);
    };
    const { url, body } = this.#options;
    return { url: fill(url, 'url'), body: fill(body, this.#escape) };
  }

  #check(): void {
    if (this.#escape !== 'json') return;
    try {
      JSON.parse(this.of(sample).body);
    } catch (cause) {
      throw new ConfigurationError(`sms.body: what is made of it is no JSON: ${messageOf(cause)}`, { cause });
    }
  }
}

function escapeFor(contentType: string): Escape {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (/[/+]json$/.test(mediaType)) return 'json';
  if (/[/+]xml$/.test(mediaType)) return 'xml';
  return mediaType === 'application/x-www-form-urlencoded' ? 'form' : 'none';
}
