import type { CloudAccess } from '../../src/core/cloud-credentials.ts';
import { Aws } from '../../src/hearing/aws/aws.ts';
import { Gcp } from '../../src/hearing/gcp/gcp.ts';
import { FakeStt } from '../support/fake-stt.ts';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import { sayNumbers, wordOf } from '../support/spoken-numbers.ts';
import { type GivenStt, sttContract } from '../support/stt-contract.ts';
import { TranscribeServer } from '../support/transcribe-server.ts';

const phrases = [[7, 300], [1_200], [5, 6, 4]].map((numbers) => ({
  text: numbers.map(wordOf).join(' '),
  samples: sayNumbers(...numbers),
}));
const common = { request: { language: 'en-US', hints: [] }, phrases, knowsLanguages: true };

const at = (url: string): CloudAccess => ({
  missing: undefined,
  endpoint: new URL(url),
  isPlain: true,
  region: 'us-east-1',
});

async function givenWith(
  server: { readonly url: string } & AsyncDisposable,
  engine: GivenStt['engine'],
): Promise<GivenStt> {
  return { ...common, engine, release: async () => server[Symbol.asyncDispose]() };
}

sttContract('the engine of the tests', async () => ({
  ...common,
  engine: new FakeStt('fake'),
  knowsLanguages: false,
}));

sttContract('gcp, with a server that speaks gRPC', async () => {
  const server = await GoogleSttServer.open();
  return givenWith(server, new Gcp(at(server.url)));
});

sttContract('aws, with a server that speaks its event stream over HTTP/2', async () => {
  const server = await TranscribeServer.open();
  return givenWith(server, new Aws(at(server.url)));
});
