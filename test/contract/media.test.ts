import { FakeMedia } from '../support/fake-media.ts';
import { mediaContract, mediaFailures } from '../support/media-contract.ts';

mediaContract('the downloads of the tests', async () => {
  const media = new FakeMedia();
  const url = (path: string) => `http://media.test${path}`;
  for (const [path, code] of Object.entries(mediaFailures)) media.failures.set(url(path), code);
  return {
    media,
    url,
    count: (path) => media.requests.filter((request) => request === url(path)).length,
    slow: () => {
      media.duration = 300;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
});
