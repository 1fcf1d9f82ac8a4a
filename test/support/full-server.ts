import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface FullServer extends AsyncDisposable {
  readonly url: string;
  /** From now on it takes connections, and answers each request with how many it has had. */
  resume(): void;
}

/** Of a process that is stopped the kernel takes this many connections and one more; it drops what else comes. */
const backlog = 1;
const program = `let requests = 0;
const server = require('node:http').createServer((request, answer) => answer.end(String(++requests)));
server.listen({ port: 0, host: '127.0.0.1', backlog: ${backlog} }, () => {
  process.stdout.write(String(server.address().port));
  process.kill(process.pid, 'SIGSTOP');
});`;

/** A server that takes no more connections, and refuses none: a host whose packets are lost. */
export async function openFullServer(): Promise<FullServer> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const waiting: Socket[] = [];
  for (let count = 0; count <= backlog; count++) {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    waiting.push(socket);
    await once(socket, 'connect');
  }
  return {
    url: `http://127.0.0.1:${port}`,
    resume: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
