import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** How much of the processors nobody wants, 0 … 1: figures in milliseconds mean something where that is most of them. */
export async function idleShare(): Promise<number> {
  const before = spent();
  await pause(1_000);
  const now = spent();
  return (now.idle - before.idle) / (now.all - before.all);
}

function spent(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (kind: keyof (typeof times)[number]): number =>
    times.reduce((total, one) => total + one[kind], 0);
  const idle = sum('idle');
  return { idle, all: idle + sum('user') + sum('nice') + sum('sys') + sum('irq') };
}
