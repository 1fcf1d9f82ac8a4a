import type { Daemon } from '../as-code/stock.ts';
import {
  deleteFromApi,
  downloadFromApi,
  getFromApi,
  postToApi,
  putToApi,
  uploadToApi,
} from './api-request.ts';

/** The daemon that commands ask, as a port. */
export function daemonAt(env: NodeJS.ProcessEnv): Daemon {
  return {
    get: (path) => getFromApi(path, env),
    post: (path, body) => postToApi(path, body, env),
    put: (path, body) => putToApi(path, body, env),
    delete: (path) => deleteFromApi(path, env),
    upload: (method, path, body) => uploadToApi(method, path, body, env),
    download: (path) => downloadFromApi(path, env),
  };
}
