import { expect, test } from 'vitest';
import { configPaths, environmentName } from '../../../src/config/config.ts';
import { unknownVariables, warningOf } from '../../../src/config/unknown-variables.ts';

const names = (...given: string[]) => unknownVariables(Object.fromEntries(given.map((name) => [name, ''])));

test('a mistyped variable is told, with the one that was meant', () => {
  expect(
    names('ARIFLOW_API_PROT', 'ARIFLOW_WEBHOOK_SHEDULE', 'ARIFLOW_NONSENSE_OF_A_LONG_NAME').map(warningOf),
  ).toEqual([
    'unknown variable ARIFLOW_API_PROT, did you mean ARIFLOW_API_PORT?',
    'unknown variable ARIFLOW_NONSENSE_OF_A_LONG_NAME',
    'unknown variable ARIFLOW_WEBHOOK_SHEDULE, did you mean ARIFLOW_WEBHOOK_SCHEDULE?',
  ]);
});

test('every key is known, also as a file, and so is what others set', () => {
  const keys = configPaths().map(environmentName);
  const others = [
    'ARIFLOW_CONFIG',
    'ARIFLOW_ASTERISK_ROOT',
    'ARIFLOW_DEBIAN_MIRROR',
    'ARIFLOW_TEST_SCALE',
    'ARIFLOW_API_URL',
  ];
  const kubernetes = [
    'ARIFLOW_SERVICE_HOST',
    'ARIFLOW_SERVICE_PORT_HTTP',
    'ARIFLOW_PORT_8080_TCP_ADDR',
    'ARIFLOW_PORT',
  ];
  expect(names(...keys, ...keys.map((key) => `${key}_FILE`), ...others, ...kubernetes)).toEqual([]);
  expect(names('PATH', 'OTHER_ARIFLOW_THING', 'ariflow_api_port')).toEqual([]);
});
