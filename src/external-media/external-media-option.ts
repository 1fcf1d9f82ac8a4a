import * as z from 'zod';
import { longestUrl } from '../core/longest-url.ts';
import {
  type Encapsulation,
  type ExternalMediaRequest,
  mediaFormats as formats,
} from '../ports/external-media.ts';

/** What belongs to each encapsulation; the first is meant where nothing is said. */
const kinds = {
  rtp: { transport: 'udp', formats, connections: ['client', 'server'] },
  audiosocket: { transport: 'tcp', formats: ['slin', 'slin16'], connections: ['client'] },
  none: { transport: 'websocket', formats, connections: ['client', 'server'] },
} as const satisfies Readonly<Record<Encapsulation, unknown>>;

const transports = { udp: 'rtp', tcp: 'audiosocket', websocket: 'none' } as const;

/** Empty texts are those of a placeholder without a value, or of a form: nothing was said. */
const orEmpty = <const T extends readonly string[]>(values: T) => z.enum(['', ...values]).default('');

export const externalMediaOption = z
  .strictObject({
    external_host: z
      .string()
      .max(longestUrl)
      .default('')
      .meta({
        description:
          '`host:port`, for a WebSocket also a URL; who comes to a `server`: `host` or `host:port` for RTP, nothing for a WebSocket',
        examples: ['203.0.113.5:8000'],
      }),
    encapsulation: orEmpty(['rtp', 'audiosocket', 'none']).describe(
      "how audio is packed; missing: the transport's, else `rtp`",
    ),
    transport: orEmpty(['udp', 'tcp', 'websocket']).describe(
      "how it is sent; missing: the encapsulation's, else `udp`",
    ),
    connection_type: z
      .enum(['client', 'server'])
      .default('client')
      .describe('`client`: we connect to the host; `server`: the host comes to us'),
    format: orEmpty(formats).describe('of the audio; missing: `ulaw`, for `audiosocket` `slin`'),
    direction: z
      .enum(['both', 'send', 'receive'])
      .default('both')
      .describe("`send`: the call's audio goes out; `receive`: the caller hears the host"),
    data: z
      .string()
      .max(2_048)
      .default('')
      .meta({ description: 'accepted and unused', examples: ['{}'] }),
  })
  .superRefine((option, { addIssue }) => {
    for (const { path, message } of problemsOf(option))
      addIssue({ code: 'custom', path: [path], message, input: option[path] });
  });

type Option = z.output<typeof externalMediaOption>;

/** The whole of what is wanted. */
export function externalMediaRequest(option: Option): Omit<ExternalMediaRequest, 'id'> {
  const encapsulation = encapsulationOf(option);
  return {
    externalHost: isNobody(option.external_host) ? '' : option.external_host,
    encapsulation,
    connectionType: option.connection_type,
    format: option.format || kinds[encapsulation].formats[0],
    direction: option.direction,
  };
}

/** Also as others write it. */
const isNobody = (host: string): boolean => host === '' || /^incoming$/i.test(host);

function encapsulationOf({ encapsulation, transport }: Pick<Option, 'encapsulation' | 'transport'>) {
  return encapsulation || transports[transport || 'udp'];
}

function problemsOf(option: Option): { path: keyof Option; message: string }[] {
  const { encapsulation, transport, format, connection_type, external_host } = option;
  const name = encapsulationOf({ encapsulation, transport });
  const kind = kinds[name];
  const problems: { path: keyof Option; message: string }[] = [];
  if (transport !== '' && transport !== kind.transport)
    problems.push({ path: 'transport', message: `${name} goes over ${kind.transport}` });
  if (format !== '' && !kind.formats.some((known) => known === format))
    problems.push({ path: 'format', message: `${name} carries ${kind.formats.join(' or ')}` });
  if (!kind.connections.some((known) => known === connection_type))
    problems.push({ path: 'connection_type', message: `${name} has no ${connection_type}` });
  else if (connection_type === 'client' && external_host === '')
    problems.push({ path: 'external_host', message: 'expected host:port' });
  else if (name === 'rtp' && isNobody(external_host))
    problems.push({ path: 'external_host', message: 'expected the host that will come: host or host:port' });
  return problems;
}
