import type { TestAsterisk } from '../../support/asterisk.ts';
import { type Load, load } from './load.ts';
import type { Options } from './options.ts';
import type { Part, PartName, PartsOptions } from './part.ts';
import { type Parts, startParts } from './parts.ts';
import type { Sample } from './report.ts';

/** One run: what is compared, on which Asterisk, and what was found so far. */
export class Bench {
  readonly asterisk: TestAsterisk;
  readonly options: Options;
  readonly samples: Sample[] = [];
  readonly #onSample: () => void;

  constructor(asterisk: TestAsterisk, options: Options, onSample: (samples: readonly Sample[]) => void) {
    this.asterisk = asterisk;
    this.options = options;
    this.#onSample = () => onSample(this.samples);
  }

  /** Of all rates the one that is the same for everything. */
  get firstRate(): number {
    return this.options.rates[0] ?? 0;
  }

  /** Those that are compared and are programs. */
  get controllers(): readonly PartName[] {
    return this.options.only.filter((name) => name !== 'dialplan');
  }

  start(names: readonly PartName[], options: Partial<PartsOptions> = {}): Promise<Parts> {
    return startParts(this.asterisk, {
      ariUrl: this.asterisk.ariUrl,
      earlier: this.options.earlier,
      ...options,
      names,
    });
  }

  load(part: Part, flow: 'beep' | 'menu', rate: number): Promise<Load> {
    return load(part, { asterisk: this.asterisk, flow, rate, seconds: this.options.seconds });
  }

  /** Keeps what was found, and says it: a run takes long. */
  add(table: string, part: Part, figures: Readonly<Record<string, number>>): void {
    this.samples.push({ table, part: part.name, figures });
    this.#onSample();
    const told = Object.entries(figures).map(([head, figure]) => `${head} ${figure.toFixed(2)}`);
    console.log(`${table}, ${part.name}: ${told.join('; ')}`);
  }
}
