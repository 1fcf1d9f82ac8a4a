import { Worker } from 'node:worker_threads';
import { Living } from '../core/living.ts';
import { programFile } from '../core/package-files.ts';
import { StoreError } from '../core/store-error.ts';
import { sqliteError } from './sqlite-failure.ts';
import type { Answer, Request, SqlResult } from './sqlite-messages.ts';

type Waiting = PromiseWithResolvers<SqlResult>;

const program = programFile('storage/sqlite-worker');

/** The thread that has the database open. It answers in the order asked; a thread that died is replaced at the next request. */
export class SqliteThread {
  readonly #path: string;
  readonly #waiting = new Living<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws StoreError */
  ask(request: Request): Promise<SqlResult> {
    if (this.#isClosed) return Promise.reject(new StoreError('closed'));
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<SqlResult>();
    this.#waiting.set(id, waiting);
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, request });
    return waiting.promise;
  }

  /** Lets what was asked before finish, then closes the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const closing = this.#worker === undefined ? undefined : this.ask({ kind: 'close' });
    this.#isClosed = true;
    await closing?.catch(() => undefined);
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // Options of the process (`--input-type`, `--inspect-brk`) are none of this thread's.
    const worker = new Worker(program, { workerData: this.#path, execArgv: [] });
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (cause) => this.#failAll(worker, cause));
    worker.on('exit', () => this.#failAll(worker, undefined));
    return worker;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(sqliteError(answer.failure));
  }

  #failAll(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost)
      reject(new StoreError(this.#isClosed ? 'closed' : 'unreachable', { cause }));
  }
}
