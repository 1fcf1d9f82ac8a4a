import { expect, test } from 'vitest';
import { startTestAsterisk } from '../support/asterisk.ts';
import { Phone } from '../support/phone.ts';
import { spawnDaemon } from '../support/processes.ts';
import { until } from '../support/until.ts';

test('a caller dials 100', async () => {
  await using asterisk = await startTestAsterisk();
  await using daemon = await spawnDaemon(asterisk.env);
  await using phone = await Phone.open({ server: `127.0.0.1:${asterisk.sipPort}`, user: 'sipp' });
  const call = await phone.call('100');
  await call.answered;
  const answeredAt = performance.timeOrigin + performance.now();
  const first = await until(() => call.heard.firstSoundAt(answeredAt), { what: () => call.heard.describe() });
  console.log('speech after', first - answeredAt);
  await call.digits('3');
  await until(() => call.heard.sounds().length > 1, { timeout: 10_000 });
  console.log(call.heard.describe());
  await call.digits('9');
  console.log(await call.ended);
  console.log(daemon.log.map((l) => JSON.stringify(l)).join('\n'));
  console.log(asterisk.unexpectedLogLines());
  expect(1).toBe(1);
});
