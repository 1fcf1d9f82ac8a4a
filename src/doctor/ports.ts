import { readFileSync } from 'node:fs';
import type { PortRange } from '../core/port-range.ts';
import { type Finding, good, warning } from './finding.ts';

/** From which ports the kernel gives out those that nobody asked for by number. */
function givenOut(): PortRange | undefined {
  try {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return first && last ? [first, last] : undefined;
  } catch {
    return undefined;
  }
}

function reserved(): readonly PortRange[] {
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_reserved_ports', 'utf8').trim();
    return text === ''
      ? []
      : text.split(',').map((part) => {
          const [first = 0, last = first] = part.split('-').map(Number);
          return [first, last] as const;
        });
  } catch {
    return [];
  }
}

export interface KernelPorts {
  readonly givenOut: PortRange | undefined;
  readonly reserved: readonly PortRange[];
}

/** Whether another program may be given a port that a call needs, and whether there are ports enough. */
export function portFinding(
  rtp: PortRange,
  kernel: KernelPorts = { givenOut: givenOut(), reserved: reserved() },
): Finding {
  const [first, last] = rtp;
  const legs = Math.floor((last - first + 1) / 2);
  const text = `RTP at ${first}-${last}: ${legs} channels at once`;
  const isKept = kernel.reserved.some(([from, to]) => from <= first && last <= to);
  const taken = kernel.givenOut;
  if (!taken || isKept || last < taken[0] || first > taken[1]) return good('ports', text);
  return warning(
    'ports',
    `${text}; others may be given ports of these (${taken.join('-')}): sysctl -w net.ipv4.ip_local_reserved_ports=${first}-${last}`,
  );
}
