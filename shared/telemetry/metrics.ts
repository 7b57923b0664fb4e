/** Prometheus metrics. A name is asked for where it is counted; asking twice for one name gives the same metric. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface MetricOptions<Label extends string> {
  /** Without the prefix `carillon_`. */
  name: string;
  help: string;
  labels?: readonly Label[];
}

/** Buckets for lateness and durations, milliseconds. */
export const millisecondBuckets = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 600_000,
];
/** Buckets for sizes of batches. */
export const sizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  counter<Label extends string = never>({ name, help, labels = [] }: MetricOptions<Label>): Counter<Label> {
    return this.#once(
      name,
      (full) => new Counter({ name: full, help, labelNames: [...labels], registers: [this.#registry] }),
    );
  }

  /** @param collect called at each scrape to set the gauge */
  gauge<Label extends string = never>(
    { name, help, labels = [] }: MetricOptions<Label>,
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    return this.#once(name, (full) => {
      const gauge: Gauge<Label> = new Gauge<Label>({
        name: full,
        help,
        labelNames: [...labels],
        registers: [this.#registry],
        ...(collect && { collect: () => collect(gauge) }),
      });
      return gauge;
    });
  }

  histogram<Label extends string = never>({
    name,
    help,
    labels = [],
    buckets,
  }: MetricOptions<Label> & { buckets: number[] }): Histogram<Label> {
    return this.#once(
      name,
      (full) =>
        new Histogram({ name: full, help, labelNames: [...labels], buckets, registers: [this.#registry] }),
    );
  }

  /** The exposition text and its content type. */
  async expose(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #once<Metric>(name: string, create: (full: string) => Metric): Metric {
    const full = `carillon_${name}`;
    return (this.#registry.getSingleMetric(full) as Metric | undefined) ?? create(full);
  }
}
