import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hearingEngines } from '../../../src/hearing/engines.ts';

const settings = (google_endpoint?: string, aws_endpoint?: string) => ({
  stt: { google_endpoint, aws_endpoint },
  openai: { stt_model: 'whisper-1' },
  data_dir: 'data',
});

test('the clouds come first, and can be asked with an endpoint that needs no credentials', () => {
  const [gcp, aws] = hearingEngines(settings('http://127.0.0.1:1', 'http://127.0.0.1:2'));
  expect([gcp?.name, aws?.name]).toEqual(['gcp', 'aws']);
  expect([gcp?.isAvailable(), aws?.isAvailable()]).toEqual([true, true]);
  expect(gcp?.missing).toBeUndefined();
});

test('without credentials a cloud cannot be asked, and says what it needs', () => {
  const [gcp] = hearingEngines(settings('https://speech.example.com'));
  if (gcp?.isAvailable()) return; // on a machine that has some
  expect(gcp?.missing).toMatch(/GOOGLE_APPLICATION_CREDENTIALS/);
});

test('no SDK is loaded before somebody listens', () => {
  const file = join(import.meta.dirname, '../../../src/hearing/engines.ts');
  const program = `
    import { createRequire } from 'node:module';
    import { hearingEngines } from ${JSON.stringify(file)};
    const stt = { google_endpoint: 'http://127.0.0.1:1', aws_endpoint: 'http://127.0.0.1:1' };
    hearingEngines({ data_dir: 'data', stt, openai: { url: 'http://127.0.0.1:1', stt_model: 'whisper-1' } });
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((name) => /google|aws|grpc|smithy/.test(name)).length);`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(said.trim()).toBe('0');
});
